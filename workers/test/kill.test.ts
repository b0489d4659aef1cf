import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { removeDeadWorkDirs } from '../runtime/work-dir.ts';
import { allObjects, openHouse, settled, startCrew, submitToy, workFolders } from './house.ts';
import { toyHandlers } from './toy-film.ts';

const KILLS = 5;

async function startChild(dataDir: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'kill-child.ts'), dataDir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

it('a film is made whole though its process is killed again and again', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'marquee-kill-'));
  const house = await openHouse({ dataDir });
  const undisturbed = await openHouse();
  const crew = await startCrew(undisturbed, toyHandlers());
  try {
    const other = await submitToy(undisturbed);
    const reference = await settled(undisturbed, other.jobId);

    const { jobId } = await submitToy(house);
    for (let i = 0; i < KILLS; i++) {
      const child = await startChild(dataDir);
      await sleep(50 + 450 * Math.random());
      await kill(child);
    }
    const last = await startChild(dataDir);
    // Well below the lease of 20 s: what the dead had in hand is taken over at once.
    const job = await settled(house, jobId, 15_000);
    await kill(last);
    expect(job.status).toBe('ready');

    const texts = async (from: typeof house, prefix: string) =>
      Object.entries(await allObjects(from.engines, prefix)).map(([key, text]) => [key.slice(prefix.length), text]);
    expect(await texts(house, job.outputPrefix)).toEqual(await texts(undisturbed, reference.outputPrefix));
    await removeDeadWorkDirs(house.config.workDir);
    expect(await workFolders(house)).toEqual([]);
  } finally {
    await crew.stop();
    await undisturbed.close();
    await house.close();
    await rm(dataDir, { recursive: true, force: true });
  }
}, 60_000);
