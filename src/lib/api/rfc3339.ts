/** A time as Kubernetes writes it (metav1.Time): RFC 3339, in UTC, whole seconds. @param milliseconds since 1970 */
export function rfc3339(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
