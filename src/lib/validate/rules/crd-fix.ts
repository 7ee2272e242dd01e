import { ABOUT_GROUP } from '../../api/kinds.ts';
import type { Fix } from '../finding.ts';
import type { SceneCluster } from '../scene.ts';

/** What brings a CRD up to date in clusters: mcs installs it in contexts; in files it is the user's to replace. */
export function crdFix(clusters: readonly SceneCluster[], name: string): Fix {
  const isFile = clusters.some(
    ({ type, crds }) => type === 'directory' || crds?.some((each) => each.from === 'file' && each.crd.name === name),
  );
  if (!isFile) return { kind: 'command', text: `mcs crds install ${clusters.map(({ flag }) => flag).join(' ')}` };
  const release = name.endsWith(`.${ABOUT_GROUP}`) ? 'about-api' : 'mcs-api';
  return {
    kind: 'doc',
    text: `put CRD ${name} of the latest ${release} release into ${clusters.map(({ location }) => location).join(' and ')}`,
  };
}
