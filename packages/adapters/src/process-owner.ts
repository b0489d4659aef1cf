import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names this process so that another on the same machine can tell whether it still lives: machine and process
 * namespace (hashed), process id, and its start time, since ids are used again and are always the same in a
 * container. Safe in file names: `1f8c5eea.4711.8812345`.
 */
export const THIS_PROCESS = `${machine()}.${process.pid}.${startOf(process.pid) ?? 0}`;

/**
 * @returns true only if it is certain that the named process has ended; false for one of another machine or
 *          process namespace, which cannot be seen from here
 */
export function isGone(owner: string): boolean {
  const [where, pidText, startText] = owner.split('.');
  const pid = Number(pidText);
  if (where !== THIS_PROCESS.split('.')[0] || !Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it lives and is somebody else's.
    return (thrown as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const start = startOf(pid);
  return start !== null && startText !== undefined && startText !== '0' && start !== startText;
}

function machine(): string {
  let namespace = '';
  try {
    namespace = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')}${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    // Not Linux: the name of the host has to do.
  }
  return createHash('sha256').update(`${hostname()}\n${namespace}`).digest('hex').slice(0, 8);
}

/** Start time in clock ticks since boot (proc(5), field 22 of stat; `Z` in field 3 is a process that has ended). */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? null);
  } catch {
    return null;
  }
}
