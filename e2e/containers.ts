import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ImageStore } from '../scripts/images/buildah.ts';

/** What an image says of itself, as far as it is used here. */
interface ImageFacts {
  User: string;
  Entrypoint: string[];
  Healthcheck: { Test: string[] };
}

/** An image laid out to be run: any number of processes on one root that none of them can write to. */
export interface Container {
  facts: ImageFacts;
  /** Starts the image's own program as its own user. @param folder of this process: what it may write to, as /data */
  start(name: string, args: string[], variables: Record<string, string>, folder: string): Running;
  /** Ends what was started, and takes the layout away. */
  close(): Promise<void>;
}

/** One process of a container. */
export interface Running {
  name: string;
  /** All that it printed so far. */
  said(): string;
  /** Asks by the image's own health check, until it passes. @throws Error with what the process said if it never does */
  untilHealthy(timeoutMs: number): Promise<void>;
  /** Waits until it has ended by itself. */
  ended: Promise<void>;
}

/** What buildah mounts files over; on a root that is read-only they have to be there before. */
const MOUNT_POINTS = ['run/.containerenv', 'etc/hosts', 'etc/resolv.conf'];
const ASK_EVERY_MS = 1000;

/** Lays an image out. Needs root. */
export async function openContainer(store: ImageStore, image: string): Promise<Container> {
  const described = JSON.parse(await store.run(['inspect', '--type', 'image', image])) as {
    Docker: { config: ImageFacts };
  };
  const facts = described.Docker.config;
  const id = (await store.run(['from', '--pull-never', image])).trim();
  const root = (await store.run(['mount', id])).trim();
  for (const path of MOUNT_POINTS) writeFileSync(join(root, path), '', { flag: 'a' });
  // A chroot knows no option for it; the layout itself can be mounted read-only.
  execFileSync('mount', ['--bind', root, root]);
  execFileSync('mount', ['-o', 'remount,ro,bind', root]);
  const started: ChildProcess[] = [];

  const run = (command: string[], variables: Record<string, string>, folder: string) => {
    const options = ['--isolation', 'chroot', '--user', facts.User];
    const volumes = [`${folder}/data:/data`, `${folder}/tmp:/tmp`].flatMap((each) => ['--volume', each]);
    const env = Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    return store.start(['run', ...options, ...volumes, ...env, id, '--', ...command]);
  };
  return {
    facts,
    start(name, args, variables, folder) {
      const child = run([...facts.Entrypoint, ...args], variables, folder);
      started.push(child);
      const said = textOf(child);
      let isOver = false;
      const ended = once(child, 'close').then(() => {
        isOver = true;
      });
      return {
        name,
        said,
        ended,
        async untilHealthy(timeoutMs) {
          // How buildah itself ends says nothing on a root that is read-only.
          const check = ['sh', '-c', '"$@" && echo healthy', 'sh', ...facts.Healthcheck.Test.slice(1)];
          for (const giveUpMs = Date.now() + timeoutMs; Date.now() < giveUpMs && !isOver; await sleep(ASK_EVERY_MS)) {
            const asked = run(check, variables, folder);
            const answer = textOf(asked);
            await once(asked, 'close');
            if (/^healthy$/m.test(answer())) return;
          }
          throw new Error(`${name} is not healthy. It said:\n${said().slice(-3000)}`);
        },
      };
    },
    async close() {
      for (const child of started) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        // buildah hands no signals on: its innermost child is the process itself.
        for (const pid of leavesOf(child.pid as number)) process.kill(pid, 'SIGTERM');
        await once(child, 'close');
      }
      execFileSync('umount', [root]);
      await store.run(['rm', id]);
    },
  };
}

function textOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      text += data.toString('utf8');
    });
  }
  return () => text;
}

/** Processes below one that have no children themselves, or the one itself (Linux only). */
function leavesOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      // Behind the name, which may hold anything: the state, and the parent.
      const after = readFileSync(`/proc/${entry}/stat`, 'latin1').split(') ').at(-1) ?? '';
      parents.set(Number(entry), Number(after.split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  return below.length === 0 ? [pid] : below.flatMap(leavesOf);
}
