import type { StatusEvent } from '../actions/status-events.ts';
import type { ServiceStatus } from '../actions/status.ts';
import { DOCUMENT_VERSION, jsonLine } from './document.ts';
import { stateText } from './status-text.ts';
import { visible } from './visible.ts';

/** One change as one line of JSON. @param time RFC 3339 */
export function statusEventJSON(event: StatusEvent, time: string): string {
  return jsonLine({ apiVersion: DOCUMENT_VERSION, kind: 'StatusEvent', time, ...event });
}

/** One change as a line of text that begins with the time. @param time RFC 3339 */
export function statusEventLine(event: StatusEvent, time: string): string {
  if (event.type === 'CLUSTER') {
    const { cluster, state, message } = event.cluster;
    return visible(`${time}  ${cluster}: ${state}${message === undefined ? '' : `: ${message}`}`);
  }
  const { service } = event;
  const name = `${time}  ${service.namespace}/${service.name}`;
  return visible(event.type === 'DELETED' ? `${name}  GONE` : `${name}  ${stateText(service)}  ${rest(service)}`);
}

function rest({ exportedBy, importedBy, missingIn, endpoints }: ServiceStatus): string {
  const [ready, total] = endpoints.reduce(([a, b], source) => [a + source.ready, b + source.total], [0, 0]);
  const by = exportedBy.length === 0 ? 'by nobody' : `by ${exportedBy.join(',')}`;
  return `exported ${by}, imported ${importedBy.length}/${importedBy.length + missingIn.length}, endpoints ${ready}/${total}`;
}
