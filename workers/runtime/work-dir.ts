import { mkdir, mkdtemp, readdir, rm, stat, statfs, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { isHolderDead } from './holder.ts';

const SILENT_MS = 3600_000;

/** Where the runs of one process keep their temporary files: a folder named by the holder, one in it for each run. */
export interface WorkDirs {
  /**
   * Makes a private, empty folder.
   *
   * @throws MarqueeError DISK_FULL if less is free than the configuration asks for
   */
  open(): Promise<string>;
  remove(folder: string): Promise<void>;
  /** Shows that the process lives, to those who cannot see it. Call it every few minutes at least. */
  touch(): Promise<void>;
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
    async touch() {
      const now = new Date();
      await utimes(home, now, now).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    },
    async close() {
      await rm(home, { recursive: true, force: true, maxRetries: 3, retryDelay: 50 });
    },
  };
}

/**
 * Removes what processes left behind that are certainly gone, or have not shown themselves for an hour: those of
 * another container on the same disk cannot be seen from here. @returns how many folders went
 */
export async function removeDeadWorkDirs(root: string): Promise<number> {
  let removed = 0;
  for (const name of await readdir(root).catch(() => [])) {
    const home = join(root, name);
    const touchedAtMs = (await stat(home).catch(() => null))?.mtimeMs ?? 0;
    if (!isHolderDead(name) && Date.now() - touchedAtMs < SILENT_MS) continue;
    await rm(home, { recursive: true, force: true });
    removed++;
  }
  return removed;
}
