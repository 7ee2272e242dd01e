/** Issue 3, section 2, last sentence, on real API servers: who may not in is one line, and the others are served. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createAuthority } from '../kube/certificates.ts';
import { temporaryFolder } from '../kube/daemon.ts';
import { clusters, describeWithServers, type Handle } from '../kube/fixture.ts';
import { writeKubeconfig } from '../kube/kubeconfig.ts';
import { formClusterset } from './clusterset.ts';
import { mcs } from './mcs.ts';

const past = { from: new Date('2020-01-01'), until: new Date('2020-02-01') };
const base64 = (text: string): string => Buffer.from(text).toString('base64');

function certificate(validity?: typeof past): object {
  const issued = createAuthority().issue({ user: 'me' }, validity);
  return { 'client-certificate-data': base64(issued.certificate), 'client-key-data': base64(issued.key) };
}

describeWithServers('a cluster that lets nobody in', () => {
  let east: Handle;
  let west: Handle;

  beforeAll(async () => {
    ({ east, west } = await clusters());
    await formClusterset('prod', [east, west]);
  });

  /** A kubeconfig for west with credentials of another kind. */
  async function withUser(user: object): Promise<string> {
    const path = join(temporaryFolder('kubeconfig'), 'config');
    await writeKubeconfig([west.info], { path });
    const config = JSON.parse(await readFile(path, 'utf8')) as { users: { user: object }[] }; // written just now
    for (const entry of config.users) entry.user = user;
    await writeFile(path, JSON.stringify(config));
    return path;
  }

  it.each<readonly [string, () => Promise<string>, RegExp, RegExp]>([
    [
      'a wrong token',
      () => withUser({ token: 'wrong' }),
      /^error: west: the server does not accept the credentials/,
      /^ {2}next: log in again, or renew the credentials/,
    ],
    [
      'a client certificate of another authority',
      () => withUser(certificate()),
      /^error: west: the server does not accept the credentials/,
      /^ {2}next: log in again, or renew the credentials/,
    ],
    [
      'a client certificate that has expired',
      () => withUser(certificate(past)),
      /^error: west: the client certificate expired on 2020-02-01$/,
      /^ {2}next: renew the credentials/,
    ],
    [
      'a user without rights',
      () => writeKubeconfig([west.info], { user: 'viewer' }),
      /^error: west: not allowed to /,
      /^ {2}next: ask for the RBAC verb /,
    ],
  ])('%s', async (_what, make, message, next) => {
    const kubeconfig = `${await writeKubeconfig([east.info])}:${await make()}`;
    const status = await mcs(['status', '--quiet', '-o', 'json'], { kubeconfig });
    expect(status.code, status.stderr).toBe(3);
    expect(JSON.parse(status.stdout)).toMatchObject({ clusterset: 'prod' });
    const [error, advice, ...rest] = status.stderr.split('\n');
    expect(error).toMatch(message);
    expect(advice).toMatch(next);
    expect(rest).toEqual(['']);
    const pass = await mcs(['reconcile', '--quiet', '--yes'], { kubeconfig });
    expect(pass).toMatchObject({ code: 3, stderr: status.stderr });
    expect(pass.stdout).toMatch(/^clusterset prod: /m);
  });
});
