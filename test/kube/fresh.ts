import { beforeAll, inject } from 'vitest';
import { clusters } from './fixture.ts';

/** Before each test file: its worker's servers are as nobody had used them, whichever file ran there before. */
beforeAll(async () => {
  if ('unavailable' in inject('kube')) return;
  const { east, west, north } = await clusters();
  await Promise.all([east, west, north].map((server) => server.reset()));
});
