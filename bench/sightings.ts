import type { Member } from './members.ts';

const SLICES = '/apis/discovery.k8s.io/v1/endpointslices';

/** Tells when members were seen to hold a slice, by watches of this process's own. */
export class Sightings {
  /** Who waits, by member and token. */
  readonly #waiting = new Map<string, ((seen: number) => void)[]>();

  /** Watches the slices of a member from now on. */
  async watch({ name, api }: Member): Promise<void> {
    const { metadata } = JSON.parse(await api.send({ method: 'GET', path: `${SLICES}?limit=1` })) as {
      readonly metadata: { readonly resourceVersion: string };
    };
    await api.watch(`${SLICES}?watch=1&resourceVersion=${metadata.resourceVersion}`, (line) => {
      const now = performance.now();
      const token = tokenOf(line);
      if (token === undefined) return;
      const at = `${name} ${token}`;
      for (const tell of this.#waiting.get(at) ?? []) tell(now);
      this.#waiting.delete(at);
    });
  }

  /**
   * When the last of the members was seen to hold a slice, in milliseconds of `performance.now`.
   * @param token `imported NAME ADDRESS` or `bare NAME ADDRESS`: of a service, and an endpoint of its new version
   */
  async expect(token: string, members: readonly Member[]): Promise<number> {
    const times = members.map(
      ({ name }) =>
        new Promise<number>((resolve) => {
          const at = `${name} ${token}`;
          this.#waiting.set(at, [...(this.#waiting.get(at) ?? []), resolve]);
        }),
    );
    return Math.max(...(await Promise.all(times)));
  }
}

/** Read without parsing: this process must not be what takes the time. */
function tokenOf(line: string): string | undefined {
  const [, mark, name] = /"multicluster\.(kubernetes|benchmark\d)\.io\/service-name":"([^"]+)"/.exec(line) ?? [];
  const address = /"addresses":\["(11\.[\d.]+)"\]/.exec(line)?.[1];
  if (mark === undefined || name === undefined || address === undefined) return undefined;
  return `${mark === 'kubernetes' ? 'imported' : 'bare'} ${name} ${address}`;
}
