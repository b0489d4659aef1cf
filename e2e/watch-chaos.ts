import { askPanels, verdictOfPanels } from '../deploy/monitoring/ask-panels.ts';
import { askNow, freePort, scrape, scrapedRoles } from './scraping.ts';

/** Panels of the last hours have to have data too, but no rate is of longer than the run. */
const RATE_WINDOW = '1m';

/** What a Prometheus sees of a fleet that is disturbed. */
export interface Watch {
  /** Where a life of a post tells of itself: each life of a post at the same port. */
  variables(life: string): Record<string, string>;
  /** What was scraped since it began, line by line, and whether each is as it has to be. Call it while all still run. */
  verdicts(): Promise<{ ok: boolean; text: string }[]>;
}

/**
 * Has a Prometheus scrape the posts of a fleet.
 *
 * @param prometheus its address and folder, as `scripts/services` tells them
 * @param posts      the roles of each post, by its name
 */
export async function watchChaos(
  prometheus: { url: string; folder: string },
  posts: Record<string, string[]>,
): Promise<Watch> {
  const startMs = Date.now();
  const ports = new Map<string, number>();
  for (const name of Object.keys(posts)) ports.set(name, await freePort());
  await scrape(prometheus.folder, [...ports.values()]);
  return {
    variables(life) {
      const port = ports.get(life.slice(0, Math.max(0, life.lastIndexOf('.'))));
      return port === undefined ? {} : { METRICS_PORT: String(port) };
    },
    async verdicts() {
      const { url } = prometheus;
      const sinceSec = Math.ceil((Date.now() - startMs) / 1000);
      const scraped = await scrapedRoles(url, sinceSec);
      const expected = Object.values(posts).flat();
      const roles = [...new Set(expected)].map((role) => {
        const want = expected.filter((each) => each === role).length;
        return { ok: (scraped[role] ?? 0) >= want, text: `${scraped[role] ?? 0} of ${want} ${role}` };
      });
      const [scrapes] = await askNow(url, `sum(count_over_time(up{job="marquee"}[${sinceSec}s]))`);
      const [answered] = await askNow(url, `sum(sum_over_time(up{job="marquee"}[${sinceSec}s]))`);
      const panels = verdictOfPanels(await askPanels(url, { sinceSec, window: RATE_WINDOW }));
      const fired = await askNow(
        url,
        `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${sinceSec}s]))`,
      );
      const alerts = fired.map(({ labels }) => labels.alertname).join(', ');
      return [
        {
          ok: roles.every(({ ok }) => ok),
          text: `targets scraped: ${roles.map(({ text }) => text).join(', ')}; ${answered?.value ?? 0} of ${scrapes?.value ?? 0} scrapes were answered; alerts that fired: ${alerts || 'none'}`,
        },
        { ok: panels.ok, text: [panels.text, ...panels.missing].join('; ') },
      ];
    },
  };
}
