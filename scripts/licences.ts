import type { Metafile } from 'esbuild';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Licence texts of every package of which something is in the bundle. Throws when one has none. */
export function collectLicences(root: string, metafile: Metafile): string {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const packages = new Set(
    inputs.flatMap((input) => /^(?:[^:]*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []),
  );
  return [...packages]
    .sort()
    .map((path) => licenceOf(join(root, path)))
    .join('\n');
}

function licenceOf(dir: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const file = readdirSync(dir).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  if (file === undefined && typeof license !== 'string') throw new Error(`${String(name)} has no licence`);
  const text = file === undefined ? `Licence: ${String(license)}` : readFileSync(join(dir, file), 'utf8').trim();
  return `${'-'.repeat(80)}\n${String(name)} ${String(version)}\n\n${text}\n`;
}
