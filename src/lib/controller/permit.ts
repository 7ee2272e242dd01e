/** Whether this process may write, and for which services: always, or while it holds Leases. */
export interface Permit {
  /** True when this process is responsible for a service. */
  owns(key: string): boolean;
  /** @throws ClusterError when a write to the cluster for a service may not be sent at this very moment */
  require(cluster: string, key: string): void;
}

/** Of a process that is alone by its operator's word. */
export const ALWAYS: Permit = {
  owns: () => true,
  require: () => undefined,
};
