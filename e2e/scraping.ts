import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROCESS_ROLES } from '@marquee/core/metrics';

const ANSWER_MS = 10_000;
const SCRAPED_MS = 60_000;

/** Has the Prometheus of `scripts/services` scrape these ports of this machine, in place of those named before. */
export async function scrape(prometheusFolder: string, ports: number[]): Promise<void> {
  const targets = ports.map((port) => `127.0.0.1:${port}`);
  await writeFile(join(prometheusFolder, 'targets', 'fleet.json'), JSON.stringify([{ targets }]));
}

/** One series of an instant query. */
export interface Sample {
  labels: Record<string, string>;
  value: number;
}

/**
 * Asks a Prometheus for what is so now.
 *
 * @throws Error if it does not answer, or takes the query for none
 */
export async function askNow(url: string, query: string): Promise<Sample[]> {
  const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  const { data, error } = (await answer.json()) as {
    error?: string;
    data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (data === undefined) throw new Error(`Prometheus does not take ${query}: ${error}`);
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

/** Waits until so many processes are scraped: Prometheus takes in new targets every five seconds at most. */
export async function untilScraped(url: string, count: number): Promise<void> {
  for (const giveUpAtMs = Date.now() + SCRAPED_MS; ; await sleep(250)) {
    const [up] = await askNow(url, 'sum(up{job="marquee"})');
    if (up?.value === count) return;
    if (Date.now() > giveUpAtMs) throw new Error(`Prometheus scrapes ${up?.value ?? 0} of ${count} processes.`);
  }
}

/** What `scrapedRoles` says where each role has one process, or one process has them all. */
export const ONE_OF_EACH_ROLE = Object.fromEntries(PROCESS_ROLES.map((role) => [role, 1]));

/**
 * How many processes of each role were scraped, by their addresses.
 *
 * @param sinceSec how far back
 */
export async function scrapedRoles(url: string, sinceSec: number): Promise<Record<string, number>> {
  const once = `count by (role, instance) (max_over_time(marquee_process_role[${Math.ceil(sinceSec)}s]))`;
  const samples = await askNow(url, `count by (role) (${once})`);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels.role ?? '', value]));
}

/** A port of this machine that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
