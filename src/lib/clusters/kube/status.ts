import { isRecord } from '../../api/reader.ts';
import { ClusterError, type ClusterErrorReason } from '../../errors.ts';
import { isTransient, retryAfterOf } from './retry.ts';
import { oneLine } from './text.ts';

/** What a request wanted, for messages: `list serviceimports in namespace shop`. */
export interface Intent {
  readonly verb: 'get' | 'list' | 'watch' | 'apply' | 'patch' | 'delete';
  /** `plural.group`, or a path that is not a resource. */
  readonly resource: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** An answer whose status is not 2xx. */
export interface Refusal {
  readonly status: number;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/** The `cause` of a ClusterError that a refusal means. */
export class HTTPError extends Error {
  readonly status: number;
  /** Milliseconds after which the server wants to be asked again. */
  readonly retryAfter: number | undefined;

  constructor({ status, headers }: Refusal) {
    super(`HTTP ${status}`);
    this.name = 'HTTPError';
    this.status = status;
    this.retryAfter = retryAfterOf(headers);
  }
}

/** Milliseconds. */
const SOON = 2000;

/** True when the server did nothing but ask to come again soon. */
export function isPutOff(error: unknown): error is ClusterError {
  const cause = error instanceof ClusterError ? error.cause : undefined;
  return cause instanceof HTTPError && isTransient(cause) && (cause.retryAfter ?? Infinity) <= SOON;
}

/** A Kubernetes Status object, as far as it explains a refusal (`apimachinery/pkg/apis/meta/v1`, type Status). */
interface Explanation {
  readonly message: string;
  readonly reason: string;
  readonly causes: readonly { readonly reason: string; readonly message: string }[];
}

/** The ClusterError that an answer other than 2xx means. One line, without the cluster's name. */
export function refusalError(cluster: string, refusal: Refusal, intent: Intent): ClusterError {
  const { status, text } = refusal;
  const why = explain(text);
  const fail = (reason: ClusterErrorReason, message: string, next?: string): ClusterError =>
    new ClusterError(cluster, reason, message, next, { cause: new HTTPError(refusal) });
  const wanted = show(intent);

  if (status === 401) {
    return fail(
      'unauthorized',
      `the server does not accept the credentials (${wanted})`,
      'log in again, or renew the credentials of this context',
    );
  }
  if (status === 403 && why.message.includes('User "system:anonymous"')) {
    const message = `the server takes us for nobody (${wanted}): the context has no credentials, or none that it reads`;
    return fail('unauthorized', message, 'check the user of this context');
  }
  if (isTerminating(why)) {
    return fail('terminating', `cannot ${wanted}: the namespace is being deleted`);
  }
  if (status === 403 && isAuthorization(why, intent)) {
    return fail('forbidden', `not allowed to ${wanted}`, `ask for the RBAC verb ${missingRight(why, intent)}`);
  }
  if (status === 404) {
    if (why.reason === 'NotFound' && why.message.startsWith('namespaces ')) {
      return fail('rejected', `cannot ${wanted}: namespace ${intent.namespace ?? ''} does not exist`);
    }
    if (
      intent.verb !== 'list' &&
      why.reason === 'NotFound' &&
      intent.name !== undefined &&
      why.message.includes(`"${intent.name}"`)
    ) {
      return fail('rejected', `cannot ${wanted}: it does not exist`);
    }
    return fail('not-served', `${intent.resource} is not served there`);
  }
  if (status === 409) {
    const managers = conflictingManagers(why);
    if (managers.length > 0) return fail('conflict', `cannot ${wanted}: fields belong to ${managers.join(', ')}`);
    return fail('conflict', `cannot ${wanted}: ${why.message || 'it changed meanwhile'}`);
  }
  if (REJECTIONS.has(status) || isUnknownField(why))
    return fail('rejected', `cannot ${wanted}: ${why.message || `HTTP ${status}`}`);
  if (status === 429) {
    // Also said of a kind whose CRD was made a moment ago ("storage is (re)initializing"), and no flag helps then.
    const said = why.message === '' ? '' : `: ${why.message}`;
    const next = intent.verb === 'watch' ? undefined : 'try again, with a lower --concurrency';
    return fail('failed', `the server is too busy to ${wanted}${said} (HTTP 429)`, next);
  }
  const next = status < 400 ? NOT_A_SERVER : 'try again; if it stays so, ask who runs the cluster';
  return fail('failed', `cannot ${wanted}: ${why.message || 'no explanation'} (HTTP ${status})`, next);
}

/** API servers do not redirect; login pages do. */
const NOT_A_SERVER = 'is "server" in the kubeconfig an API server? A proxy or login page may stand before it';

const REJECTIONS: ReadonlySet<number> = new Set([400, 403, 405, 406, 413, 415, 422]);

const RBAC_VERB = {
  get: 'get',
  list: 'list',
  watch: 'watch',
  apply: 'patch',
  patch: 'patch',
  delete: 'delete',
} as const;

/** `list serviceimports.multicluster.x-k8s.io in namespace shop` */
export function show({ verb, resource, name, namespace }: Intent): string {
  const object = name === undefined ? resource : `${resource} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
  return oneLine(
    `${verb} ${object}${name === undefined && namespace !== undefined ? ` in namespace ${namespace}` : ''}`,
  );
}

/** As the server puts it: it knows whether an apply would create, and that a status is a resource of its own. */
function missingRight({ message }: Explanation, { verb, resource }: Intent): string {
  const [, said, subresource = ''] = / cannot ([a-z]+) resource "[a-z]+(\/[a-z]+)?"/.exec(message) ?? [];
  return `"${said ?? RBAC_VERB[verb]}" on ${resource}${subresource}`;
}

/** A 403 is RBAC's, or admission's: quota and webhooks answer so too, and mean the object rather than the user. */
function isAuthorization(why: Explanation, intent: Intent): boolean {
  if (READS.has(intent.verb)) return true;
  return why.message === '' || / cannot (patch|update|create|delete|impersonate) /.test(why.message);
}

const READS: ReadonlySet<Intent['verb']> = new Set(['get', 'list', 'watch']);

function isTerminating(why: Explanation): boolean {
  return (
    why.causes.some((cause) => cause.reason === 'NamespaceTerminating') ||
    /unable to create new content in namespace .* because it is being terminated/.test(why.message)
  );
}

/** Server-side apply answers a field that the schema lacks with HTTP 500. */
function isUnknownField(why: Explanation): boolean {
  return why.message.includes('field not declared in schema');
}

/** `conflict with "kubectl" using v1` → `kubectl` (structured-merge-diff's messages). */
function conflictingManagers(why: Explanation): readonly string[] {
  const causes = why.causes.filter((cause) => cause.reason === 'FieldManagerConflict');
  const managers = causes.map(
    (cause) => /^conflict with ("[^"]*")/.exec(cause.message)?.[1] ?? 'another field manager',
  );
  return [...new Set(managers)];
}

function explain(text: string): Explanation {
  const status = parse(text);
  const string = (value: unknown): string => (typeof value === 'string' ? oneLine(value) : '');
  if (!isRecord(status))
    return { message: text.trimStart().startsWith('<') ? '' : oneLine(text), reason: '', causes: [] };
  const details = isRecord(status.details) ? status.details : {};
  const causes = Array.isArray(details.causes) ? details.causes.filter(isRecord) : [];
  return {
    message: string(status.message),
    reason: string(status.reason),
    causes: causes.map((cause) => ({ reason: string(cause.reason), message: string(cause.message) })),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
