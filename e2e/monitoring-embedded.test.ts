import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MovieId } from '@marquee/core/ids';
import type { Engines } from '@marquee/workers/engines';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askPanels, verdictOfPanels } from '../deploy/monitoring/ask-panels.ts';
import { type RunningServices, startServices } from '../scripts/services.ts';
import { type Member, memberVariables, openFleetEngines, startMember, untilSettled } from './fleet.ts';
import { freePort, ONE_OF_EACH_ROLE, scrape, scrapedRoles, untilScraped } from './scraping.ts';
import { uploadThroughSite } from './site-upload.ts';
import { viewThroughSite } from './site-viewing.ts';
import { makeTestFilm } from './test-film.ts';

/** What brokers do not tell, so that no fleet on one shows that its query works. */
const EMBEDDED_ALONE = 'How old is the oldest message?';

let folder: string;
let site: { url: string; secret: string; timeoutMs: number };
let house: Member;
let engines: Engines;
let watching: RunningServices;
let prometheus = '';

const isRequired = process.env.REQUIRE_SERVICES === '1';

describe.skipIf(!process.env.PROMETHEUS_URL && !isRequired)('one process that Prometheus watches', () => {
  beforeAll(async () => {
    if (!process.env.PROMETHEUS_URL) expect.fail('REQUIRE_SERVICES=1, but not set: PROMETHEUS_URL');
    folder = await mkdtemp(join(tmpdir(), 'marquee-monitoring-'));
    const [port, metricsPort] = [await freePort(), await freePort()];
    site = { url: `http://127.0.0.1:${port}`, secret: randomUUID(), timeoutMs: 120_000 };
    const common = { MARQUEE_ADMIN_SECRET: site.secret, PORT: String(port), METRICS_PORT: String(metricsPort) };
    const variables = memberVariables(folder, {}, common)('house');
    house = startMember('house', ['start'], variables);
    // One of its own: what it knows of other houses would answer for this one.
    watching = await startServices(['prometheus'], { folder: join(folder, 'services') });
    prometheus = watching.env.PROMETHEUS_URL as string;
    await scrape(watching.env.PROMETHEUS_FOLDER as string, [metricsPort]);
    await untilScraped(prometheus, 1);
    engines = await openFleetEngines(variables);
  });

  afterAll(async () => {
    await house?.stop();
    await watching?.stop();
    await engines?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('answers every question of every dashboard, those that brokers leave open too', { timeout: 150_000 }, async () => {
    const film = await makeTestFilm(folder, 'film.mp4', { sec: 6, fps: 24, languages: ['eng'] });
    const jobId = await uploadThroughSite(film, site);
    const { movieId } = (await engines.store.jobs.get(jobId)) as { movieId: MovieId };
    await viewThroughSite(movieId, site);
    const [job] = await untilSettled(engines, [jobId], { timeoutMs: 100_000 });
    expect(job).toMatchObject({ status: 'ready', error: null });

    const ask = async () => {
      // A share of answers is one only while there are some.
      await fetch(site.url);
      return verdictOfPanels(await askPanels(prometheus, { sinceSec: 180, window: '30s' }));
    };
    await expect.poll(async () => (await ask()).missing, { timeout: 60_000, interval: 1000 }).toEqual([]);
    expect((await ask()).text).not.toContain(EMBEDDED_ALONE);
    expect(await scrapedRoles(prometheus, 180)).toEqual(ONE_OF_EACH_ROLE);
  });
});
