import type { OutputStream } from './context.ts';
import type { WaitResult } from './lib/actions/wait-result.ts';
import { cut } from './lib/output/table.ts';
import { waitingLines } from './lib/output/wait-text.ts';

/** Shows on stderr what a wait still waits for: one live line on a terminal, else a line when something is otherwise. */
export class WaitDisplay {
  readonly #stream: OutputStream;
  readonly #quiet: boolean;
  readonly #began = performance.now();
  #lines: readonly string[] = [];
  #ticking: NodeJS.Timeout | undefined;

  constructor(stream: OutputStream, { quiet }: { readonly quiet: boolean }) {
    this.#stream = stream;
    this.#quiet = quiet;
  }

  show(result: WaitResult): void {
    if (this.#quiet) return;
    const before = new Set(this.#lines);
    this.#lines = waitingLines(result);
    if (this.#stream.isTTY !== true) {
      for (const line of this.#lines) if (!before.has(line)) this.#stream.write(`${line}\n`);
      return;
    }
    this.#draw();
    this.#ticking ??= setInterval(() => {
      this.#draw();
    }, 1000);
  }

  /** Wipes the live line. */
  end(): void {
    if (this.#ticking !== undefined) this.#stream.write('\r\u001b[2K');
    clearInterval(this.#ticking);
    this.#ticking = undefined;
  }

  #draw(): void {
    const [first = '', ...others] = this.#lines;
    const seconds = Math.floor((performance.now() - this.#began) / 1000);
    const more = others.length === 0 ? '' : `(+${others.length}) `;
    this.#stream.write(`\r\u001b[2K${cut(`${seconds}s ${more}${first}`, (this.#stream.columns ?? 80) - 1)}`);
  }
}
