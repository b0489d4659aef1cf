import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';

/**
 * Names this process among all that may share a store: machine, process number, and when it started (the
 * number alone is used again). The same for the whole life of the process; what a process adds after another
 * colon, to tell its own parts apart, is its own affair.
 *
 * The machine is its name with the kernel's boot and the process number space, so that two containers that
 * both call their first process 1 are not taken for each other. Elsewhere than on Linux it is its name with
 * its network addresses.
 */
export function ownHolder(): string {
  own ??= `${machine()}:${process.pid}:${startedAt(process.pid) ?? Math.random().toString(36).slice(2, 12)}`;
  return own;
}
let own: string | undefined;

/**
 * Tells whether the process behind a holder is gone for certain, so that its tasks need not wait for their
 * leases to run out. False wherever there is doubt: another machine, another boot, another container.
 */
export function isHolderDead(holder: string): boolean {
  const [place, number, birth] = holder.split(':');
  const pid = Number(number);
  if (place !== machine() || !Number.isInteger(pid) || pid <= 0 || birth === undefined) return false;
  if (pid === process.pid) return birth !== ownHolder().split(':')[2];
  if (process.platform === 'linux') return startedAt(pid) !== birth;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

let place: string | undefined;

function machine(): string {
  place ??= [hostname(), ...(process.platform === 'linux' ? linuxSpace() : addresses())]
    .map((part) => part.replace(/[^A-Za-z0-9.-]/g, '-'))
    .join('_');
  return place;
}

function linuxSpace(): string[] {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return [boot, readlinkSync('/proc/self/ns/pid').replace(/\D/g, '')];
  } catch {
    // Without them another machine of the same name cannot be told from this one, so nothing is certain.
    return [Math.random().toString(36).slice(2)];
  }
}

function addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  return [...new Set(all.map((each) => each.mac))].filter((mac) => mac !== '00:00:00:00:00:00').sort();
}

/** When a living process started, in clock ticks since boot (proc(5), field 22); null if there is none, or only its remains. */
function startedAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in brackets, may hold anything, so the fields are counted from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
