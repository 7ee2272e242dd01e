import { statSync, realpathSync } from 'node:fs';
import { basename, resolve, sep } from 'node:path';
import { UsageError } from '../../errors.ts';
import type { Cluster } from '../cluster.ts';
import { DirectoryCluster } from './directory-cluster.ts';
import { EventStorm } from './event-storm.ts';
import { KnownTexts } from './known-texts.ts';
import type { Layer } from './layer.ts';
import { describeError } from './failure.ts';
import { siblingHint } from './sibling-hint.ts';
import type { WatchTimes } from './watching.ts';

export interface DirectoryOptions {
  /** Reads standard input to its end; for the PATH `-`. */
  readonly stdin?: () => Promise<Buffer>;
  /** What relative paths are relative to. */
  readonly cwd?: string;
  /** When changes are looked at, in a cluster that is watched. */
  readonly watchTimes?: WatchTimes;
}

/** One value of `--dir`, taken apart. */
interface Spec {
  readonly id: string | undefined;
  readonly path: string;
}

/**
 * The clusters that `--dir [ID=]PATH` means, in the order given. ID is the name shown; without one it is the base name
 * of the path, or the path when two have the same base name. An ID given again adds a layer to its cluster: later wins,
 * writes go to the last. The PATH `-` is standard input, which can only be read. Nothing is read yet but whether the
 * directories are there.
 * @throws UsageError for a PATH that is no directory (with the nearest names beside it), or a value that says nothing
 */
export async function directoryClusters(
  specs: readonly string[],
  options: DirectoryOptions,
): Promise<{ readonly clusters: readonly Cluster[]; readonly warnings: readonly string[] }> {
  const warnings: string[] = [];
  const parsed = withoutRepeats(specs.map(parseSpec), warnings);
  const layers = new Map<string, Layer[]>();
  const names = nameAll(parsed, options, warnings);
  for (const [index, spec] of parsed.entries()) {
    const name = names[index] ?? spec.path;
    layers.set(name, [...(layers.get(name) ?? []), openLayer(spec, options)]);
  }
  refuseShared(layers);
  const storm = new EventStorm();
  const texts = new KnownTexts();
  const clusters = [...layers].map(
    ([name, list]) => new DirectoryCluster(name, list, options.watchTimes, storm, texts),
  );
  return Promise.resolve({ clusters, warnings });
}

/** `ID=PATH`, or a PATH alone; an ID has no `/`, so `./a=b` is a path. */
function parseSpec(text: string): Spec {
  const equals = text.indexOf('=');
  const id = equals === -1 || text.slice(0, equals).includes('/') ? undefined : text.slice(0, equals);
  const path = id === undefined ? text : text.slice(equals + 1);
  if (id === '') throw new UsageError(`--dir ${text}: the ID before "=" is empty`, 'write --dir ID=PATH or --dir PATH');
  if (path === '') throw new UsageError(`--dir ${text}: the PATH is empty`, 'write --dir ID=PATH or --dir PATH');
  return { id, path };
}

function withoutRepeats(specs: readonly Spec[], warnings: string[]): readonly Spec[] {
  const seen = new Set<string>();
  return specs.filter(({ id, path }) => {
    const key = `${id ?? ''}=${path}`;
    if (seen.has(key)) warnings.push(`--dir ${id === undefined ? path : key} is given twice and read once`);
    return seen.has(key) ? false : seen.add(key);
  });
}

/** The name of each; a base name that is taken gives way to the whole path. */
function nameAll(specs: readonly Spec[], options: DirectoryOptions, warnings: string[]): readonly string[] {
  const bases = specs.map(({ id, path }) => id ?? (path === '-' ? 'stdin' : basename(absolute(path, options)) || path));
  return specs.map(({ id, path }, index) => {
    const base = bases[index] ?? path;
    if (id !== undefined || bases.indexOf(base) === bases.lastIndexOf(base)) return base;
    warnings.push(
      `several directories are called "${base}": the one at ${path} is shown by its path; name it with --dir ID=${path}`,
    );
    return path;
  });
}

function openLayer(spec: Spec, options: DirectoryOptions): Layer {
  if (spec.path === '-') {
    if (options.stdin === undefined)
      throw new UsageError('--dir -: standard input cannot be read here', 'give a directory');
    return { type: 'stdin', shown: '-', read: options.stdin };
  }
  const path = realPath(spec.path, options);
  if (!statSync(path).isDirectory()) {
    throw new UsageError(`--dir ${spec.path}: a file, not a directory`, `give its folder, or --dir - < ${spec.path}`);
  }
  return { type: 'directory', path, shown: spec.path };
}

function realPath(shown: string, options: DirectoryOptions): string {
  const path = absolute(shown, options);
  try {
    return realpathSync(path);
  } catch (error) {
    throw new UsageError(`--dir ${shown}: ${describeError(error)}`, siblingHint(path, shown), { cause: error });
  }
}

/** One directory is one cluster, and standard input can be read only once. */
function refuseShared(layers: ReadonlyMap<string, readonly Layer[]>): void {
  const owners = new Map<string, string>();
  for (const [name, list] of layers) {
    for (const layer of list) {
      const place = layer.type === 'stdin' ? '-' : layer.path;
      const owner = owners.get(place);
      if (owner !== undefined) {
        throw new UsageError(
          `"${owner}" and "${name}" are the same directory: ${layer.shown}`,
          'give each directory once',
        );
      }
      owners.set(place, name);
    }
  }
}

function absolute(path: string, options: DirectoryOptions): string {
  const whole = resolve(options.cwd ?? '.', path);
  return whole.endsWith(sep) && whole !== sep ? whole.slice(0, -1) : whole;
}
