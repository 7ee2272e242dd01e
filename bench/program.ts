import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

/** The built program in a folder of its own, so that a build meanwhile does not disturb, and a folder to work in. */
export interface Scratch {
  /** The file that `node` is to run. */
  readonly mcs: string;
  /** Variables that keep the user's kubeconfig out, and the compile cache in the scratch folder. */
  readonly env: Readonly<Record<string, string>>;
  /** A new empty folder. */
  folder(name: string): string;
  remove(): void;
}

/** @throws Error when the program has not been built */
export function makeScratch(): Scratch {
  const home = mkdtempSync(join(tmpdir(), 'mcs-bench-'));
  const program = join(home, 'program');
  for (const part of ['bin', 'dist', 'crds', 'package.json', 'oclif.manifest.json']) {
    cpSync(join(root, part), join(program, part), { recursive: true });
  }
  return {
    mcs: join(program, 'bin/mcs.cjs'),
    env: { HOME: home, KUBECONFIG: join(home, 'no-kubeconfig'), NODE_COMPILE_CACHE: join(home, 'compile-cache') },
    folder: (name) => mkdtempSync(join(home, `${name}-`)),
    remove: () => {
      rmSync(home, { recursive: true, force: true });
    },
  };
}
