import type { Schema } from './schema.ts';

/**
 * Where in a schema a field of exactly this name stands (`spec.ports[].port`), for one that was written at the wrong
 * level. Fields of metadata are left out: `name` is in too many places.
 */
export function placesOf(schema: Schema, name: string, path = ''): readonly string[] {
  if (schema.items !== undefined) return placesOf(schema.items, name, `${path}[]`);
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    if (path === '' && key === 'metadata') return [];
    const field = path === '' ? key : `${path}.${key}`;
    return [...(key === name && path !== '' ? [field] : []), ...placesOf(property, name, field)];
  });
}
