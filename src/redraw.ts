import type { OutputStream } from './context.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const ERASE_BELOW = '\u001b[J';

/**
 * A block of text on a terminal that is drawn over itself. Lines that are too long are cut by the terminal, and those that
 * there is no room for are counted: what has been scrolled out of sight cannot be drawn over.
 */
export class Redraw {
  readonly #stream: OutputStream;
  #lines = 0;

  constructor(stream: OutputStream) {
    this.#stream = stream;
  }

  /** @param footer one line that is always seen */
  draw(text: string, footer: string): void {
    const room = Math.max(1, (this.#stream.rows ?? 24) - 3);
    const all = text.replace(/\n$/, '').split('\n');
    const shown = all.length > room ? [...all.slice(0, room), `… ${all.length - room} more lines`] : all;
    const lines = [...shown, footer];
    const back = this.#lines === 0 ? '' : `\u001b[${this.#lines}A`;
    this.#stream.write(`${HIDE_CURSOR}${NO_WRAP}${back}\r${ERASE_BELOW}${lines.join('\n')}\n${WRAP}`);
    this.#lines = lines.length;
  }

  /** Leaves what was drawn last, and the terminal as it was found. */
  end(): void {
    if (this.#lines > 0) this.#stream.write(`${WRAP}${SHOW_CURSOR}`);
    this.#lines = 0;
  }
}
