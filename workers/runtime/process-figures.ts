import { readFile, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '@marquee/core/config';
import type { Metrics } from '@marquee/core/metrics';

/** Of the kernel, on every machine that Node runs on. */
const TICKS_PER_SEC = 100;

/** Tells of the disks of a process at each scrape. */
export function reportDisks(metrics: Metrics, { dataDir, workDir }: Pick<Config, 'dataDir' | 'workDir'>): void {
  metrics.beforeScrape(async () => {
    for (const [folder, path] of [['data', dataDir] as const, ['work', workDir] as const]) {
      const disk = await statfsAbove(path);
      if (disk === null) continue;
      metrics.set('marquee_disk_free_bytes', { folder }, disk.bavail * disk.bsize);
      metrics.set('marquee_disk_size_bytes', { folder }, disk.blocks * disk.bsize);
    }
  });
}

/** Tells at each scrape what the tools of a process that have ended took of the processor; on Linux alone. */
export function reportTools(metrics: Metrics): void {
  let toldSec = 0;
  metrics.beforeScrape(async () => {
    const sec = await childrenCpuSec();
    if (sec === null) return;
    metrics.add('marquee_tool_cpu_seconds_total', {}, sec - toldSec);
    toldSec = sec;
  });
}

/** The work folder is made with the first run: until then its parent tells. */
async function statfsAbove(path: string) {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return await statfs(folder);
    } catch {
      if (folder === dirname(folder)) return null;
    }
  }
}

async function childrenCpuSec(): Promise<number | null> {
  const stat = await readFile('/proc/self/stat', 'latin1').catch(() => null);
  if (stat === null) return null;
  // The name in parentheses may hold anything; what follows it begins with the third field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[13]), Number(fields[14])];
  return Number.isFinite(user + system) ? (user + system) / TICKS_PER_SEC : null;
}
