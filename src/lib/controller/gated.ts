import type { Writable } from '../actions/write.ts';
import type { AdaptiveLimit } from './adaptive-limit.ts';

/**
 * A cluster whose writes wait for room, and are refused when they may no longer be made.
 * @param permit throws a ClusterError when this process may not write now
 * @param signal ends the waiting
 */
export function gated(at: Writable, limit: AdaptiveLimit, permit: () => void, signal: AbortSignal): Writable {
  const gate = <T>(write: () => Promise<T>): Promise<T> =>
    limit.run(() => {
      signal.throwIfAborted();
      permit();
      return write();
    });
  return {
    apply: (kind, object, options) => gate(() => at.apply(kind, object, { ...options, permit })),
    patch: (kind, ref, patch, options) => gate(() => at.patch(kind, ref, patch, { ...options, permit })),
    delete: (kind, ref, options) => gate(() => at.delete(kind, ref, { ...options, permit })),
  };
}
