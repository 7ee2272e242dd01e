/** The schemas of whole kinds, and what can be wrong with an object by them. */

/**
 * The part of an OpenAPI v3 schema that the CRDs of our kinds use, under the names it has there (structural schemas of
 * apiextensions.k8s.io/v1). Without `type` any value is right.
 */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly nullable?: boolean;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  /** Found anywhere in the text, unless it has `^` and `$`. */
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  /** Of a map: what each of its values is. */
  readonly additionalProperties?: Schema;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
  readonly 'x-kubernetes-list-map-keys'?: readonly string[];
}

/** Something that an API server would refuse, or drop. */
export interface Fault {
  /** Like `spec.ports[0].port` or `metadata.labels["a.b"]`; what is missing is named too. */
  readonly field: string;
  /** One line; begins with the field. */
  readonly message: string;
}

/** A kind, in all versions that have this schema. */
export interface KindSchema {
  readonly group: string;
  readonly versions: readonly string[];
  readonly schema: Schema;
}

/** Whatever it is, it is not judged. */
export const ANYTHING: Schema = {};
