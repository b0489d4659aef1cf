import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Where a supervisor such as systemd or Kubernetes would start a process again. */
const RESTART_MS = 1000;
const STOP_MS = 30_000;
/** What a worker says when it is at work, and the site when it answers. */
const THERE = /^(At work:|Marquee is at)/m;

/** One process of a post, from its start to its end. */
export interface Life {
  /** `transcode-1.3` is the third life of the post `transcode-1`; also the name of its machine. */
  name: string;
  startedAtMs: number;
  /** Whether it got as far as to say that it is there. */
  wasThere: boolean;
  /** When it was killed on purpose; null if it was not. */
  killedAtMs: number | null;
  /** When it ended by itself, and as what; null if it did not. */
  ended: { atMs: number; said: string } | null;
}

/** A place in a fleet that is filled again whenever its process ends. */
export interface Post {
  name: string;
  lives: Life[];
  /** Kills what runs there, as a machine dies whose power is cut. @returns whether something was there to be killed */
  kill(): Promise<boolean>;
  /** Ends it in order and fills it no more. @returns the exit code, or the signal that ended it */
  stop(): Promise<number | string>;
}

/**
 * Keeps a process running as if on a machine of its own (Linux): it has its own process numbers and its own host
 * name, so that nobody can tell that it died but by its silence, and what it started dies with it.
 *
 * @param program a TypeScript file
 * @param variables settings of a life, by its name
 */
export function fillPost(
  name: string,
  program: string,
  args: string[],
  variables: (life: string) => Record<string, string>,
): Post {
  const lives: Life[] = [];
  const stopping = new AbortController();
  let running: ChildProcess | null = null;
  let said = '';

  async function fill(): Promise<number | string> {
    for (;;) {
      const life: Life = {
        name: `${name}.${lives.length + 1}`,
        startedAtMs: Date.now(),
        wasThere: false,
        killedAtMs: null,
        ended: null,
      };
      lives.push(life);
      said = '';
      const child = spawn(...machine(life.name, program, args, variables(life.name)));
      running = child;
      const onData = (data: Buffer) => {
        said = (said + data.toString('utf8')).slice(-20_000);
        life.wasThere ||= THERE.test(said);
      };
      child.stdout?.on('data', onData);
      child.stderr?.on('data', onData);
      const end = await new Promise<number | string>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
      });
      running = null;
      if (stopping.signal.aborted) return end;
      if (life.killedAtMs === null) life.ended = { atMs: Date.now(), said: said.trim() };
      await sleep(RESTART_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return 0;
    }
  }
  const filled = fill();

  return {
    name,
    lives,
    async kill() {
      const child = running;
      const life = lives.at(-1);
      if (!child || !life || life.killedAtMs !== null) return false;
      life.killedAtMs = Date.now();
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      await closed;
      return true;
    },
    async stop() {
      stopping.abort();
      const child = running;
      if (child) terminate(child);
      const late = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
      const end = await filled;
      clearTimeout(late);
      return end;
    },
  };
}

/** The argument list of `spawn` for a program on a machine of its own. */
function machine(name: string, program: string, args: string[], variables: Record<string, string>) {
  const rights = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const apart = ['--pid', '--fork', '--kill-child', '--uts', '--mount-proc'];
  const named = ['sh', '-c', 'hostname "$1" && shift && exec "$@"', 'sh', name];
  const settings = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const command = ['env', ...settings, process.execPath, program, ...args];
  return ['unshare', [...rights, ...apart, ...named, ...command], { stdio: ['ignore', 'pipe', 'pipe'] }] as [
    string,
    string[],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  ];
}

/** `unshare` takes no SIGTERM while it waits: it is for the process in it. */
function terminate({ pid }: ChildProcess): void {
  try {
    const inside = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')[0]);
    if (inside > 0) process.kill(inside, 'SIGTERM');
  } catch {
    // It has ended meanwhile.
  }
}

/** The file of a program of this folder, or of the command line. */
export const programs = {
  marquee: fileURLToPath(new URL('../apps/cli/src/main.ts', import.meta.url)),
  faultyWorker: fileURLToPath(new URL('./faulty-worker.ts', import.meta.url)),
};
