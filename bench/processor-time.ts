import { readFileSync, readdirSync } from 'node:fs';

/** Processor time taken until now, in seconds. */
export interface ProcessorTime {
  /** By the API servers and their etcd. */
  readonly servers: number;
  /** By all other processes that this one started, and by this one. */
  readonly clients: number;
}

/** Ticks a second, on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Of this process and of all that it started and that still run. Linux only: zeros elsewhere.
 * @see proc_pid_stat(5)
 */
export function processorTime(): ProcessorTime {
  const own = process.cpuUsage();
  let servers = 0;
  let clients = (own.user + own.system) / 1e6;
  for (const { command, parent, ticks } of processes()) {
    if (parent !== process.pid) continue;
    if (command === 'kube-apiserver' || command === 'etcd') servers += ticks / TICKS;
    else clients += ticks / TICKS;
  }
  return { servers, clients };
}

/** What was taken between two looks. */
export function between(before: ProcessorTime, after: ProcessorTime): ProcessorTime {
  return { servers: after.servers - before.servers, clients: after.clients - before.clients };
}

interface Process {
  readonly command: string;
  readonly parent: number;
  /** In user and kernel mode. */
  readonly ticks: number;
}

function processes(): readonly Process[] {
  let ids: readonly string[] = [];
  try {
    ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    // no such folder: no Linux
  }
  return ids.flatMap((id) => {
    try {
      const [, command = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${id}/stat`, 'utf8')) ?? [];
      const fields = rest.split(' ');
      return [{ command, parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }];
    } catch {
      return []; // it has just ended
    }
  });
}
