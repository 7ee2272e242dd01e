/** A field as a step from the one that holds it; undefined is the document. Its path is made only for messages. */
export interface Field {
  readonly up: Field | undefined;
  /** Name of a field, index in a list, or key of a map. */
  readonly step: string | number;
  readonly isKey: boolean;
}

/** `spec.ports[0].port` or `metadata.labels["a.b"]`, as in `MalformedError`; '' is the document. */
export function pathOf(field: Field | undefined): string {
  if (field === undefined) return '';
  const before = pathOf(field.up);
  if (typeof field.step === 'number' || field.isKey) return `${before}[${JSON.stringify(field.step)}]`;
  return before === '' ? field.step : `${before}.${field.step}`;
}
