import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const MARQUEE = fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url));

/** The last line of `marquee ingest --json`. */
export interface Answer {
  jobId: string;
  status: string;
  error: { code: string; message: string } | null;
  durationSec: number | null;
  hls: string | null;
  tasks: { id: string; type: string; status: string; attempts: number; runs: number }[];
}

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/**
 * Starts the command line of Marquee on a data folder; `variables` are set besides.
 *
 * @param main the command line of another version; default: this one
 * @param core number of the processor core that it has to make do with; default: all
 */
export function startMarquee(
  args: string[],
  variables: Record<string, string>,
  core?: number,
  main = MARQUEE,
): { child: ChildProcess; ended: Promise<Ended> } {
  // What is looked at here is not what films say, and must not wait for models to be fetched.
  const settings = Object.entries({ SPEECH: 'off', OCR: 'off', MEANING: 'off', ANALYSIS: 'off', ...variables }).map(
    ([name, value]) => `${name}=${value}`,
  );
  const command = ['env', ...settings, process.execPath, main, ...args];
  if (core !== undefined) command.unshift('taskset', '-c', String(core));
  const child = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data.toString('utf8');
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString('utf8');
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/**
 * Waits until a process that was started in this very turn says something, on either of its streams.
 *
 * @throws Error with all that it said if it ends before
 */
export function untilSaid(
  { child, ended }: ReturnType<typeof startMarquee>,
  pattern: RegExp,
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      let said = '';
      const onData = (data: Buffer) => {
        said += data.toString('utf8');
        const found = pattern.exec(said);
        if (!found) return;
        stream?.off('data', onData);
        resolve(found);
      };
      stream?.on('data', onData);
    }
    ended.then(
      ({ code, signal, stdout, stderr }) => reject(new Error(`It ended with ${code ?? signal}: ${stderr}${stdout}`)),
      reject,
    );
  });
}

/** @returns the JSON of the last line that a command printed, or null if there is none */
export function lastLine<T>(stdout: string): T | null {
  const line = stdout.trim().split('\n').at(-1);
  return line?.startsWith('{') ? (JSON.parse(line) as T) : null;
}

/** SHA-256 of every file below a folder, by its path from there. */
export async function fingerprint(folder: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    found[relative(folder, file)] = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
  }
  return found;
}

/** Processes whose command line or working folder names a path (Linux only). */
export function processesIn(path: string): string[] {
  const found: string[] = [];
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) continue;
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
      if (command.includes(path)) found.push(`${pid} ${command.slice(0, 120)}`);
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

/** Files below a folder that is for temporary ones. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
