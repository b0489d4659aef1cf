import { readdirSync, readFileSync } from 'node:fs';

/** Processor seconds by part: the members by their names, servers by what they are, and `submitter`, this process. */
export type CpuSec = Record<string, number>;

const TICKS_PER_SEC = 100;
/** The servers of a fleet, by the names of their processes. */
const SERVERS: Record<string, string> = { 'beam.smp': 'broker', java: 'store', 'redis-server': 'redis' };

/**
 * Begins to count the processor time of processes by /proc (Linux only): of those named and of the servers that
 * this process has started.
 */
export function cpuMeter(pids: Record<string, number>): { read(): CpuSec } {
  const all = new Map<string, number>([['submitter', process.pid], ...Object.entries(pids)]);
  for (const [pid, name] of descendants(process.pid)) {
    const part = SERVERS[name];
    if (part !== undefined) all.set(part, pid);
  }
  const now = () => new Map([...all].map(([part, pid]) => [part, ticksOf(pid)]));
  const before = now();
  return {
    read: () =>
      Object.fromEntries([...now()].map(([part, ticks]) => [part, (ticks - (before.get(part) ?? 0)) / TICKS_PER_SEC])),
  };
}

function ticksOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** All processes below one, with their names. */
function descendants(root: number): Map<number, string> {
  const parents = new Map<number, { parent: number; name: string }>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const text = readFileSync(`/proc/${entry}/stat`, 'latin1');
      const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'));
      parents.set(Number(entry), { parent: Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]), name });
    } catch {
      // It ended between being listed and being read.
    }
  }
  const found = new Map<number, string>();
  for (const [pid, { name }] of parents) {
    let at = pid;
    while (at > 1 && at !== root) at = parents.get(at)?.parent ?? 0;
    if (at === root && pid !== root) found.set(pid, name);
  }
  return found;
}
