import { isRecord } from '../../api/reader.ts';
import { ClusterError } from '../../errors.ts';
import type { Reply } from './exchange.ts';
import { refusalError, show, type Intent } from './status.ts';
import type { Ask, Transport } from './transport.ts';

/** Requests whose answers are JSON, or a ClusterError. */
export class API {
  readonly cluster: string;
  readonly #transport: Transport;

  constructor(cluster: string, transport: Transport) {
    this.cluster = cluster;
    this.#transport = transport;
  }

  /** The JSON of a 2xx answer. @throws ClusterError */
  async json(ask: Ask, intent: Intent): Promise<unknown> {
    return this.parse(await this.expect(ask, intent), intent);
  }

  /** The JSON of a 2xx answer; undefined when the server says that this object, rather than its kind, is not there. */
  async find(ask: Ask, intent: Intent): Promise<unknown> {
    const reply = await this.#transport.send(ask);
    if (reply.status === 404 && isAbsence(reply)) return undefined;
    if (!isSuccess(reply)) throw refusalError(this.cluster, reply, intent);
    return this.parse(reply, intent);
  }

  /** A 2xx answer. @throws ClusterError */
  async expect(ask: Ask, intent: Intent): Promise<Reply> {
    const reply = await this.#transport.send(ask);
    if (!isSuccess(reply)) throw refusalError(this.cluster, reply, intent);
    return reply;
  }

  /** An answer, whatever its status. */
  send(ask: Ask): Promise<Reply> {
    return this.#transport.send(ask);
  }

  parse(reply: Reply, intent: Intent): unknown {
    try {
      return JSON.parse(reply.text);
    } catch (error) {
      const message = `${show(intent)}: the answer is not JSON`;
      throw new ClusterError(this.cluster, 'malformed', message, 'is "server" in the kubeconfig an API server?', {
        cause: error,
      });
    }
  }
}

export function isSuccess({ status }: Reply): boolean {
  return status >= 200 && status < 300;
}

/** A 404 about an object carries its name in `details`; one about an unknown kind is plain text or has none. */
export function isAbsence({ status, text }: Reply): boolean {
  if (status !== 404) return false;
  try {
    const answer: unknown = JSON.parse(text);
    const details = isRecord(answer) && answer.reason === 'NotFound' ? answer.details : undefined;
    return isRecord(details) && typeof details.name === 'string' && details.name !== '';
  } catch {
    return false;
  }
}
