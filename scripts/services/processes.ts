import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

/** A server left alone longer than this after SIGTERM is ended by SIGKILL. */
const TERM_MS = 10_000;

/** Of util-linux: has the kernel end a server whose parent died without doing so. */
const WITH_PARENT = ['setpriv', '--pdeathsig', 'TERM'];

/** A server that was started here. */
export interface Daemon {
  readonly child: ChildProcess;
  /** Null while it runs. */
  ended(): string | null;
  /** What it printed, its last lines. */
  words(): Promise<string>;
  /** Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a server in a process group of its own, so that Ctrl-C reaches only who has to stop it in order. It is
 * sent SIGTERM by the kernel if this process dies without doing so.
 */
export async function startDaemon(command: string, args: string[], logFile: string): Promise<Daemon> {
  const log = await open(logFile, 'w');
  const [guard = command, ...rest] = [...WITH_PARENT, command, ...args];
  const child = spawn(guard, rest, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close();
  let how: string | null = null;
  const end = new Promise<void>((resolve) => {
    const over = (why: string) => {
      how ??= `${command} ended by itself (${why})`;
      resolve();
    };
    child.once('error', (error) => over(error.message));
    child.once('exit', (code, signal) => over(`${signal ?? `code ${code}`}`));
  });
  return {
    child,
    ended: () => how,
    words: async () => (await readFile(logFile, 'utf8')).split('\n').slice(-30).join('\n'),
    async stop() {
      if (how !== null) return;
      child.kill('SIGTERM');
      // Where a test has stopped it, it hears nothing until it goes on.
      child.kill('SIGCONT');
      const hard = setTimeout(() => child.kill('SIGKILL'), TERM_MS);
      await end;
      clearTimeout(hard);
    },
  };
}

/**
 * Runs a tool to its end.
 *
 * @throws Error with what it printed
 */
export async function run(command: string, args: string[], timeoutMs = 60_000): Promise<string> {
  try {
    return (await promisify(execFile)(command, args, { timeout: timeoutMs })).stdout;
  } catch (thrown) {
    const { stdout, stderr, message } = thrown as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${command} failed: ${stderr || stdout || message}`);
  }
}

/**
 * Asks until `ready` says so.
 *
 * @throws Error with the server's words if it ends, or is not ready in time
 */
export async function untilReady(daemon: Daemon, ready: () => Promise<boolean>, timeoutMs: number): Promise<void> {
  for (const giveUpAtMs = Date.now() + timeoutMs; !(await ready()); ) {
    const why = daemon.ended() ?? (Date.now() > giveUpAtMs ? `not ready after ${timeoutMs} ms` : null);
    if (why !== null) throw new Error(`${why}\n${await daemon.words()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
