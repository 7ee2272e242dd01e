import { Agent, request } from 'undici';
import type { Handle } from '../kube/fixture.ts';

/**
 * Gives the slices `NAME-abcde` one address after the other, all names side by side, as fast as the server takes it.
 */
export async function manySlices(
  at: Handle,
  namespace: string,
  names: readonly string[],
  times: number,
): Promise<void> {
  const { url, tokens, certificateAuthority } = at.info;
  const dispatcher = new Agent({ connect: { ca: certificateAuthority }, connections: 32 });
  const headers = { authorization: `Bearer ${tokens.admin}`, 'content-type': 'application/merge-patch+json' };
  const set = async (name: string): Promise<void> => {
    const path = `${url}/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices/${name}-abcde`;
    for (let time = 1; time <= times; time++) {
      const body = JSON.stringify({ endpoints: [{ addresses: [lastOf(time)], conditions: { ready: true } }] });
      const { statusCode, body: answer } = await request(path, { method: 'PATCH', headers, body, dispatcher });
      const text = await answer.text();
      if (statusCode === 429) time--;
      else if (statusCode !== 200) throw new Error(`HTTP ${statusCode}: ${text}`);
    }
  };
  await Promise.all(names.map(set));
  await dispatcher.close();
}

/** The address after that many. */
export function lastOf(times: number): string {
  return `10.9.${Math.floor(times / 250)}.${(times % 250) + 1}`;
}
