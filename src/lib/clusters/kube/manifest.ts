import { MCS_GROUP, apiVersionOf, type Kind, type ObjectOf } from '../../api/kinds.ts';
import { compact } from '../../api/reader.ts';

/**
 * What is sent to apply an object: the version that the server serves, also in references to owners of the MCS group, and
 * nothing that the server alone sets. `status` goes through its subresource, and only there.
 */
export function manifestOf<K extends Kind>(
  kind: K,
  object: ObjectOf[K],
  version: string,
  /** The version of the MCS API served there; owners are given in it. */
  mcsVersion: string | undefined,
  subresource: 'status' | undefined,
): Readonly<Record<string, unknown>> {
  const { metadata, apiVersion: _version, kind: _kind, ...body } = object;
  const { name, namespace, labels, annotations, ownerReferences } = metadata;
  const head = { apiVersion: apiVersionOf(kind, version), kind };
  const fields: Readonly<Record<string, unknown>> = { ...body };
  if (subresource === 'status') {
    return { ...head, metadata: compact({ name, namespace }), status: fields.status ?? {} };
  }
  const { status: _status, ...rest } = fields;
  const owners = ownerReferences?.map((owner) =>
    mcsVersion !== undefined && owner.apiVersion.startsWith(`${MCS_GROUP}/`)
      ? { ...owner, apiVersion: `${MCS_GROUP}/${mcsVersion}` }
      : owner,
  );
  return { ...head, metadata: compact({ name, namespace, labels, annotations, ownerReferences: owners }), ...rest };
}
