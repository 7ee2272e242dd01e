import { join } from 'node:path';
import { run } from '../test/kube/run.ts';
import { type Scratch, root } from './program.ts';

/** Reads clusters with client-go's informers: what a controller written in Go has to do before it can begin. */
export interface Informers {
  /** Milliseconds until all caches of all contexts are filled. @throws Error with what the program said when it fails */
  fill(kubeconfig: string): Promise<number>;
}

/**
 * Builds bench/client-go with the modules that the API servers are built of (test/kube/go.mod): seconds once those were
 * built here, else minutes.
 * @returns a string when it cannot be built: why
 */
export async function buildInformers(scratch: Scratch): Promise<Informers | string> {
  const program = join(scratch.folder('client-go'), 'client-go');
  const source = join(root, 'bench/client-go/main.go');
  const built = await run('go', ['build', '-trimpath', '-o', program, source], {
    cwd: join(root, 'test/kube'),
    env: { CGO_ENABLED: '0', GOFLAGS: '', GOWORK: 'off' },
  });
  if (built.missing) return 'there is no go on PATH to build bench/client-go';
  if (built.code !== 0) return `go could not build bench/client-go: ${built.stderr.trim()}`;
  return {
    fill: async (kubeconfig) => {
      const { code, stdout, stderr } = await run(program, [kubeconfig]);
      if (code !== 0) throw new Error(`client-go: ${stderr}`);
      return Number(stdout);
    },
  };
}
