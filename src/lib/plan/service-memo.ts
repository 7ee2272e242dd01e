import type { Member, PlanOptions } from './member.ts';
import { type MemberView, type ServiceSources, absentSources, sourcesAmong, withSlices } from './service-sources.ts';

/** Services that are remembered: those in work, and no more of them than that, since what is remembered is held. */
const MOST = 256;

interface Known {
  readonly members: readonly Member[];
  readonly options: PlanOptions;
  readonly service: ServiceSources;
}

/**
 * What services are over the clusterset, as computed last: in a long run each cluster plans a service by itself, some
 * times in a row, and what the service is does not change by what importers are written. Everything is compared with what
 * the clusters hold now, object by object, before it is believed.
 */
export class ServiceMemo {
  readonly #known = new Map<string, Known>();

  /** What a service is now. */
  get(namespace: string, name: string, members: readonly Member[], options: PlanOptions): ServiceSources {
    const key = `${namespace}/${name}`;
    const known = this.#known.get(key);
    const still = known && refreshed(namespace, name, known, members, options);
    if (still !== undefined && still === known?.service) return still;
    const service = still ?? sourcesAmong(namespace, name, members, options);
    this.#known.delete(key);
    this.#known.set(key, { members, options, service });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= MOST) break;
      this.#known.delete(oldest);
    }
    return service;
  }
}

/** What is known with what the members hold now; undefined when exports, or sources that are away, are otherwise. */
function refreshed(
  namespace: string,
  name: string,
  { members: before, options, service }: Known,
  members: readonly Member[],
  { gone, adopt, allowedNamespaces }: PlanOptions,
): ServiceSources | undefined {
  if (before !== members || options.gone !== gone || options.allowedNamespaces !== allowedNamespaces) return undefined;
  if (options.adopt !== adopt || service.absent.length > 0) return undefined; // imports speak for them: each of them counts
  let [isSame, hasSameSlices] = [true, true];
  const views: MemberView[] = [];
  for (const { member, view } of service.views) {
    const now = member.observed.view(namespace, name, service.derived);
    views.push({ member, view: now });
    if (now === view) continue;
    isSame = false;
    if (now.export !== view.export || (now.export !== undefined && now.service !== view.service)) return undefined;
    if (now.export !== undefined && now.slices !== view.slices) hasSameSlices = false;
  }
  if (isSame) return service;
  if (absentSources(views, gone).length > 0) return undefined;
  const exporters = service.exporters.map((exporter) => {
    const now = views.find(({ member }) => member === exporter.member);
    return now === undefined ? exporter : { ...exporter, view: now.view };
  });
  const next = { ...service, views, exporters };
  return hasSameSlices ? next : withSlices(namespace, name, next);
}
