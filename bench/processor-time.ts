import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever its own clock. */
const TICKS_PER_SEC = 100;

/** Processor seconds, user and system, of a living process and of those of its children that have ended (Linux). */
export function processorSec(pid: number): number {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SEC;
  } catch {
    // It has ended.
    return 0;
  }
}

/** The same of all of `pidsOf`. */
export function processorSecOfThose(text: string): number {
  return pidsOf(text).reduce((sum, pid) => sum + processorSec(pid), 0);
}

/** All processes but this one that were started with this text, such as a folder's path, in their arguments or settings. */
export function pidsOf(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => read(`/proc/${pid}/cmdline`).includes(text) || read(`/proc/${pid}/environ`).includes(text))
    .map(Number);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
