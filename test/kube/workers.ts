/** E2e test files that run at a time, each worker with API servers of its own. */
export const WORKERS = 2;
