/** E2e test files that run at a time, each worker with API servers of its own. More than cores: faults take waiting. */
export const WORKERS = 3;
