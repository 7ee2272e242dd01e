import { hash } from '../api/names.ts';
import { pathOf } from './causes.ts';
import type { Finding } from './finding.ts';

/** 130 bits: no two findings of any repository share one by chance. */
const LENGTH = 26;

/** `clusters/east/cart.yaml:12` within a message: the line moves with every edit above it. */
const LINE = /(\.(?:ya?ml|json)):\d+/gi;

/** By how much the winner of a conflict is older: with every run more, where the others are still to be applied. */
const AGE = /oldest by \d[\w ]*(?=\))/g;

/**
 * What a finding is known by from run to run: its code, cluster, object (not the version that it is written in), file and
 * message, so that a conflict over other values is another finding. Lines, evidence, fixes and severities are not part of
 * it, but something that could not be found out is not the same as something found.
 */
export function fingerprintOf(finding: Finding): string {
  const { code, cluster, object, file, message, severity } = finding;
  const parts = [
    code,
    cluster,
    object === undefined ? '' : `${groupOf(object.apiVersion)} ${object.kind} ${pathOf(object)}`,
    (file ?? '').replaceAll('\\', '/').replace(/^(?:\.\/)+/, ''),
    message.replace(LINE, '$1').replace(AGE, 'oldest'),
    severity === 'unknown' ? 'unknown' : '',
  ];
  return hash(JSON.stringify(parts), LENGTH);
}

/** Of an apiVersion: `apps` of `apps/v1`, empty of `v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
