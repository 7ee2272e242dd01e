import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', include: ['test/lib/**/*.test.ts', 'test/commands/**/*.test.ts'] } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/kube/global-setup.ts'],
          // The tests share the API servers.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          disableConsoleIntercept: true,
        },
      },
    ],
  },
});
