import { cut } from './table.ts';
import { visible } from './visible.ts';

export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Tells the user how far a run over several clusters is. Writes to stderr alone. */
export interface Progress {
  /** A stage begins: what is done, and in how many clusters. */
  start(what: string, total: number): void;
  /** One cluster is through. */
  done(cluster: string, outcome: string): void;
  /** Nothing more to come; a live line is wiped. Safe to call twice. */
  end(): void;
}

const NONE: Progress = { start: () => undefined, done: () => undefined, end: () => undefined };

/** One live line on a terminal, one line per cluster otherwise, nothing when quiet. */
export function createProgress(stream: ProgressStream, options: { readonly quiet?: boolean } = {}): Progress {
  if (options.quiet === true) return NONE;
  return stream.isTTY === true ? liveLine(stream) : plainLines(stream);
}

function plainLines(stream: ProgressStream): Progress {
  return {
    ...NONE,
    done(cluster, outcome) {
      stream.write(`${visible(cluster)}: ${visible(outcome)}\n`);
    },
  };
}

function liveLine(stream: ProgressStream): Progress {
  let stage = { what: '', total: 0, through: 0 };
  let drawn = false;
  const draw = (text: string): void => {
    stream.write(`\r\u001b[2K${cut(text, (stream.columns ?? 80) - 1)}`);
    drawn = true;
  };
  return {
    start(what, total) {
      stage = { what, total, through: 0 };
      draw(`${visible(what)} 0/${String(total)}`);
    },
    done(cluster, outcome) {
      stage.through++;
      draw(
        `${visible(stage.what)} ${String(stage.through)}/${String(stage.total)} ${visible(cluster)}: ${visible(outcome)}`,
      );
    },
    end() {
      if (drawn) stream.write('\r\u001b[2K');
      drawn = false;
    },
  };
}
