import type { NamespaceHole } from '../actions/namespaces.ts';
import { renderObject } from './document.ts';
import { some } from './some.ts';
import { visible } from './visible.ts';

/**
 * Manifests that fill holes, as YAML documents, each below comments that say which cluster it is for and why. A namespace
 * that is still terminating cannot be created: it has none.
 */
export async function namespaceManifests(holes: readonly NamespaceHole[]): Promise<string> {
  const documents = holes
    .filter(({ state }) => state === 'missing')
    .map(async (hole) => `${comments(hole)}${await renderObject(manifestOf(hole), 'yaml')}`);
  return (await Promise.all(documents)).join('---\n');
}

function comments({ cluster, exportedBy, services }: NamespaceHole): string {
  return [`# cluster: ${cluster}`, `# exported by ${some(exportedBy)}: ${some(services)}`]
    .map((line) => `${visible(line)}\n`)
    .join('');
}

function manifestOf({ namespace, labels, annotations }: NamespaceHole): object {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespace,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  };
}
