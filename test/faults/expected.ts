import { isOurs, SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL } from '../../src/lib/api/labels.ts';
import type { Site } from './site.ts';
import type { Users } from './users.ts';
import { addressesOf, LASTING, metadataOf, PASSING, PLAIN, type World } from './world.ts';

/**
 * What is otherwise than the users' objects call for, said without the plan: of the services on which all clusters agree,
 * each cluster with the namespace has an import exactly when one exports it, and the addresses of each that does.
 */
export async function importsWrong(sites: readonly Site[], world: World, users: Users): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const at of sites) {
    const [imports, slices] = await Promise.all([at.list('ServiceImport'), at.list('EndpointSlice')]);
    const names = new Set(imports.map(metadataOf).map(({ namespace, name }) => `${namespace}/${name}`));
    const found = new Map<string, readonly string[]>();
    for (const slice of slices) {
      const { namespace, name, labels } = metadataOf(slice);
      if (!isOurs({ metadata: { name, labels } })) continue;
      const key = `${namespace}/${labels[SERVICE_NAME_LABEL] ?? ''} of ${labels[SOURCE_CLUSTER_LABEL] ?? ''}`;
      found.set(key, [...new Set([...(found.get(key) ?? []), ...addressesOf(slice)])].sort());
    }
    for (const namespace of [...LASTING, PASSING]) {
      for (const name of PLAIN) {
        const key = `${namespace}/${name}`;
        const exporters = sites.filter((site) => world.isExported(site, namespace, name));
        const wanted = exporters.length > 0 && users.hasNamespace(at, namespace);
        if (wanted !== names.has(key)) lines.push(`${at.name} ${key}: ${wanted ? 'no import' : 'an import'}`);
        for (const site of sites) {
          const want = wanted && exporters.includes(site) ? world.addresses(site, namespace, name) : [];
          const have = found.get(`${key} of ${site.name}`) ?? [];
          if (want.join() !== have.join()) {
            lines.push(`${at.name} ${key}: of ${site.name} it has ${have.join() || 'nothing'}, not ${want.join()}`);
          }
        }
      }
    }
  }
  return lines;
}
