import { defineConfig } from 'vitest/config';
import { WORKERS } from './test/kube/workers.ts';

const FAULTS = ['test/e2e/watch-fault-*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          maxWorkers: '100%', // many wait for processes of theirs
          testTimeout: 60_000, // of a machine that is busy with other things, too
          include: ['test/*.test.ts', 'test/{commands,faults,lib,shell}/**/*.test.ts'],
        },
      },
      // Needs a build and npm; nothing of the network.
      { test: { name: 'package', include: ['test/package/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      // Outages of a minute, by the clock: `npm run faults`, not part of `npm test`.
      {
        test: {
          name: 'faults',
          include: FAULTS,
          globalSetup: ['test/kube/global-setup.ts'],
          setupFiles: ['test/kube/fresh.ts'],
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          disableConsoleIntercept: true,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: FAULTS,
          globalSetup: ['test/kube/global-setup.ts'],
          setupFiles: ['test/kube/fresh.ts'],
          // The files of a worker share its API servers.
          maxWorkers: WORKERS,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          disableConsoleIntercept: true,
        },
      },
    ],
  },
});
