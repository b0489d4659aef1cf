import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** What a command cost, its children included. */
export interface Cost {
  wallSec: number;
  /** Processor seconds, user and system, of the command and of all that it started and waited for. */
  cpuSec: number;
  /** Those of the command's first process alone. */
  ownCpuSec: number;
  /** Highest sum of resident memory over all its processes, in bytes, looked at twice a second. */
  peakBytes: number;
  stdout: string;
}

/** Linux counts processor time in hundredths of a second, whatever its own clock. */
const TICKS_PER_SEC = 100;
const PAGE_BYTES = 4096;
/** Seldom enough to take nothing from what is measured: it uses all cores. */
const LOOK_EVERY_MS = 50;
const MEMORY_EVERY_LOOKS = 10;

/**
 * Runs a command and measures it by looking at /proc (Linux only); the last look before its end is at most
 * 50 ms old.
 *
 * @param stop called at every look; true ends the command by SIGTERM, and its exit code then does not count
 * @throws Error with the last lines it printed if the command fails
 */
export async function measure(argv: string[], options: { cwd: string; stop?: () => Promise<boolean> }): Promise<Cost> {
  const [command, ...args] = argv as [string, ...string[]];
  const startedMs = performance.now();
  const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString('utf8');
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr = (stderr + data.toString('utf8')).slice(-4096);
  });

  const cost = { cpuSec: 0, ownCpuSec: 0, peakBytes: 0 };
  let looks = 0;
  let isStopping = false;
  let isAsking = false;
  const pid = child.pid ?? 0;
  const timer = setInterval(() => {
    const times = processTimes(pid);
    if (times) {
      cost.ownCpuSec = times.ownTicks / TICKS_PER_SEC;
      cost.cpuSec = (times.ownTicks + times.childTicks) / TICKS_PER_SEC;
    }
    if (looks++ % MEMORY_EVERY_LOOKS === 0) cost.peakBytes = Math.max(cost.peakBytes, treeBytes(pid));
    if (options.stop && !isStopping && !isAsking) {
      isAsking = true;
      void options.stop().then((yes) => {
        isAsking = false;
        if (!yes) return;
        isStopping = true;
        child.kill('SIGTERM');
      });
    }
  }, LOOK_EVERY_MS);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => clearInterval(timer));
  const wallSec = (performance.now() - startedMs) / 1000;
  if (code !== 0 && !isStopping) throw new Error(`${command} ended with ${code}: ${stderr}`);
  return { wallSec, ...cost, stdout };
}

function processTimes(pid: number): { ownTicks: number; childTicks: number } | null {
  const fields = statFields(pid);
  if (!fields) return null;
  const [user, system, childUser, childSystem] = fields.slice(11, 15).map(Number) as [number, number, number, number];
  return { ownTicks: user + system, childTicks: childUser + childSystem };
}

/** The fields of /proc/PID/stat after the name, from the state on. */
function statFields(pid: number | string): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    // It ended between being listed and being read.
    return null;
  }
}

/** Resident memory of a process and of all below it, in bytes. */
function treeBytes(pid: number | string): number {
  const fields = statFields(pid);
  if (!fields) return 0;
  let sum = Number(fields[21]) * PAGE_BYTES;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const children = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').trim();
      for (const child of children === '' ? [] : children.split(' ')) sum += treeBytes(child);
    }
  } catch {
    // It ended between being listed and being read.
  }
  return sum;
}

/** @param numbers at least one */
export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
