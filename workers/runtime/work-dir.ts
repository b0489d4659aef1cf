import { mkdir, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { isHolderDead } from './holder.ts';

/** Where the runs of one process keep their temporary files: a folder named by the holder, one in it for each run. */
export interface WorkDirs {
  /**
   * Makes a private, empty folder.
   *
   * @throws MarqueeError DISK_FULL if less is free than the configuration asks for
   */
  open(): Promise<string>;
  remove(folder: string): Promise<void>;
  /** Removes the process's own folder when no run is left. */
  close(): Promise<void>;
}

/** Nothing is made on disk before the first run. `root` may be shared by any number of processes. */
export function createWorkDirs(options: { root: string; holder: string; minFreeBytes: number }): WorkDirs {
  const home = join(options.root, options.holder);
  return {
    async open() {
      await mkdir(home, { recursive: true, mode: 0o700 });
      const disk = await statfs(home);
      const freeBytes = disk.bavail * disk.bsize;
      if (freeBytes < options.minFreeBytes) {
        throw new MarqueeError(
          'DISK_FULL',
          `Only ${Math.floor(freeBytes / 1024 ** 2)} MiB are free where temporary files go. Free some space and the work goes on by itself.`,
          { context: { freeBytes, minFreeBytes: options.minFreeBytes } },
        );
      }
      return mkdtemp(join(home, 'run-'));
    },
    async remove(folder) {
      // A tool that was just killed may still be letting go of its files.
      await rm(folder, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
    },
    async close() {
      await rm(home, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
    },
  };
}

/** Removes what processes that are certainly gone left behind. @returns how many folders went. */
export async function removeDeadWorkDirs(root: string): Promise<number> {
  const names = await readdir(root).catch(() => []);
  const dead = names.filter(isHolderDead);
  for (const name of dead) await rm(join(root, name), { recursive: true, force: true });
  return dead.length;
}
