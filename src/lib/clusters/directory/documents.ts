import {
  CORE_SCHEMA,
  EVENT_ID,
  YAMLException,
  constructFromEvents,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  mapTag,
  mergeTag,
  parseEvents,
} from 'js-yaml';
import type { Event } from 'js-yaml';
import { checkAliases } from './aliases.ts';
import { countKeys, shapeOf } from './json.ts';
import { itemOffsets, lineCounter, offsetOf, steps } from './lines.ts';

/** One document of a file. */
export interface Document {
  readonly value: unknown;
  /** Line of a field (`spec.ports[0].port`), or of the nearest one above it that is there; '' is the document. */
  lineOf(path: string): number;
}

/** The documents of a file, and what is wrong with those that could not be read. */
export interface Documents {
  readonly documents: readonly Document[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/**
 * YAML 1.2 as Kubernetes tools use it: merge keys are understood; a tag of another tool (`!vault`, `!Ref`) is passed
 * over, since its document is not ours to judge.
 */
const SCHEMA = CORE_SCHEMA.withTags(
  mergeTag,
  defineScalarTag('!', { matchByTagPrefix: true, resolve: (text) => text, identify: () => false }),
  defineSequenceTag<unknown[]>('!', {
    matchByTagPrefix: true,
    create: () => [],
    addItem: (list, item) => void list.push(item),
    identify: () => false,
  }),
  defineMappingTag<Record<string, unknown>>('!', { ...mapTag, matchByTagPrefix: true, identify: () => false }),
);

/** Reads all documents of a file. JSON is parsed as such: some fifteen times faster than as YAML. */
export function readDocuments(text: string): Documents {
  return (/^\s*[{[]/.test(text) ? readJSON(text) : undefined) ?? readYAML(text);
}

/** Undefined when the text is not JSON, or has a key twice: the YAML reader then says where. */
function readJSON(text: string): Documents | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const shape = shapeOf(text);
  if (shape.keys !== countKeys(value)) return undefined;
  let events: Event[] | undefined;
  let lineAt: ReturnType<typeof lineCounter> | undefined;
  const lineOf = (path: string): number => {
    const known = shape.itemLines[itemIn(path) ?? -1];
    if (known !== undefined) return known;
    lineAt ??= lineCounter(text);
    if (path === '') return lineAt(0);
    events ??= eventsOf(text);
    return lineAt(offsetOf(events, text, steps(path)));
  };
  return { documents: [{ value, lineOf }], problems: [] };
}

/** The index in `items[400]`: an item of a `List`, and not a field in it. */
function itemIn(path: string): number | undefined {
  const index = /^items\[(\d+)\]$/.exec(path)?.[1];
  return index === undefined ? undefined : Number(index);
}

/** None for valid JSON that is no YAML: nested deeper than that reader goes. */
function eventsOf(text: string): Event[] {
  try {
    return parseEvents(text, {});
  } catch {
    return [];
  }
}

function readYAML(text: string): Documents {
  const documents: Document[] = [];
  const problems: { line: number; message: string }[] = [];
  let events: Event[];
  try {
    events = parseEvents(text, {});
  } catch (error) {
    return { documents, problems: [toProblem(error)] };
  }
  const lineAt = lineCounter(text);
  for (const part of splitDocuments(events)) {
    let items: readonly number[] | undefined;
    const lineOf = (path: string): number => {
      const item = itemIn(path);
      if (item !== undefined) items ??= itemOffsets(part, text);
      return lineAt((item === undefined ? undefined : items?.[item]) ?? offsetOf(part, text, steps(path)));
    };
    const bomb = text.includes('*') ? checkAliases(part, text) : undefined;
    if (bomb !== undefined) {
      problems.push({ line: lineOf(''), message: bomb });
      continue;
    }
    try {
      const [value] = constructFromEvents(part, { source: text, schema: SCHEMA });
      documents.push({ value, lineOf });
    } catch (error) {
      problems.push(toProblem(error));
    }
  }
  return { documents, problems };
}

/** Each with its own events, so that one bad document does not hide what is wrong with the next. */
function splitDocuments(events: Event[]): readonly Event[][] {
  const starts: number[] = [];
  for (const [index, event] of events.entries()) if (event.type === EVENT_ID.DOCUMENT) starts.push(index);
  return starts.length === 1 ? [events] : starts.map((start, index) => events.slice(start, starts[index + 1]));
}

/** js-yaml says that it may throw more than its own exception. */
function toProblem(error: unknown): { line: number; message: string } {
  const known = error instanceof YAMLException;
  const reason = known ? error.reason : String(error);
  return { line: (known ? (error.mark?.line ?? 0) : 0) + 1, message: `cannot be parsed: ${reason}` };
}
