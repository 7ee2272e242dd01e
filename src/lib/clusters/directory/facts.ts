import { ALL_FIELDS } from '../../api/fields.ts';
import type { Kind, ObjectOf } from '../../api/kinds.ts';
import type { EndpointSlice } from '../../api/objects.ts';
import type { ClusterFacts } from '../cluster.ts';
import { controllersIn } from './controllers.ts';

/** What a directory is and can do, by what it holds. */
export function factsOf(list: (kind: Kind) => readonly ObjectOf[Kind][], warnings: readonly string[]): ClusterFacts {
  const uid = list('Namespace').find(({ metadata }) => metadata.name === 'kube-system')?.metadata.uid;
  return {
    ...(uid === undefined ? {} : { uid }),
    mcsVersions: ['v1beta1'],
    aboutVersions: ['v1beta1'],
    fields: ALL_FIELDS,
    ipFamilies: [],
    controllers: controllersIn(list('EndpointSlice') as readonly EndpointSlice[]), // of that kind only
    warnings,
  };
}
