import { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import type { MovieId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callPlayer } from '../../../e2e/call-player.ts';
import { launchChromium } from '../../../e2e/chromium.ts';
import { type ProviderStub, startProviderStub } from '../../../scripts/provider-stub.ts';
import { faultsOf } from './faults.ts';
import { setUpHouse } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';
import { takeFilmIn } from './take-film-in.ts';

vi.setConfig({ testTimeout: 45_000 });

const SECRET = 'a secret for tests only';
const STANDS = { timeout: 15_000 };

let dir: string;
let site: ChildProcess;
let said = '';
let base: string;
let browser: Browser;
let store: Store;
let stub: ProviderStub;
let page: Page;
let faults: string[];
let film: MovieId;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-providers-'));
  stub = await startProviderStub({ hums: true });
  const file = join(dir, 'the rock.mkv');
  writeFileSync(join(dir, 'de.srt'), '1\n00:00:01,000 --> 00:00:03,000\nDer Leuchtturm steht.\n');
  const lavfi = ['testsrc2=size=320x180:rate=24:duration=6', 'sine=frequency=300:duration=6'];
  const inputs = [...lavfi.flatMap((source) => ['-f', 'lavfi', '-i', source]), '-i', join(dir, 'de.srt')];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-c:s', 'copy'];
  const languages = ['-metadata:s:a:0', 'language=eng', '-metadata:s:s:0', 'language=ger'];
  const maps = ['-map', '0', '-map', '1', '-map', '2'];
  execFileSync('ffmpeg', ['-v', 'error', '-y', ...inputs, ...maps, ...codecs, ...languages, file]);
  const variables = {
    MARQUEE_ADMIN_SECRET: SECRET,
    LOG_LEVEL: 'debug',
    PICTURE_BASE_URL: stub.url,
    PICTURE_MODEL: 'brush',
    PICTURE_API_KEY: stub.apiKey,
    PICTURE_POSTER_SIZE: '160x240',
    PICTURE_BACKDROP_SIZE: '240x160',
    PICTURE_TIMEOUT_SEC: '2',
    DUB_TO: 'de',
    DUB_BASE_URL: stub.url,
    DUB_MODEL: 'mouth',
    DUB_API_KEY: stub.apiKey,
  };
  site = spawnSite(join(dir, 'data'), variables, { log: 'pipe' });
  site.stderr?.setEncoding('utf8').on('data', (more: string) => {
    said += more;
  });
  base = await addressOf(site);
  store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
  browser = await launchChromium();
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  context.setDefaultTimeout(10_000);
  page = await context.newPage();
  faults = faultsOf(page);
  await setUpHouse(page, base, SECRET);
  await takeFilmIn(page, base, file);
  await vi.waitFor(
    async () => {
      const movie = (await store.movies.list({ limit: 1 })).items[0];
      expect(movie?.readyJobId).not.toBeNull();
      film = movie?.id as MovieId;
    },
    { timeout: 90_000, interval: 200 },
  );
}, 240_000);

afterAll(async () => {
  await browser?.close();
  await store?.close();
  await stub?.close();
  await endSite(site);
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

const pictures = () => page.getByRole('region', { name: 'Pictures' });
/** The second button of its kind: backdrops stand first. */
const haveOneMade = () =>
  pictures()
    .getByRole('button', { name: /^Have (one|another one) made$/ })
    .nth(1);
const offered = () => pictures().getByRole('button', { name: 'Generated picture as the poster' });
const movieNow = async () => {
  const movie = await store.movies.get(film);
  if (!movie) throw new Error('no film');
  return movie;
};

const askedAt = (path: string) => stub.requests().filter((request) => request.path === path);
const drawn = () => askedAt('/v1/images/generations');

describe('a dub', () => {
  it('stands among the languages of the player, called what it is, and is heard when somebody chooses it', async () => {
    expect(askedAt('/v1/audio/speech').map(({ fields }) => fields.input)).toEqual(['Der Leuchtturm steht.']);
    const fetched: string[] = [];
    page.on('request', (request) => fetched.push(request.url()));
    await page.goto(`${base}/watch/${film}`);
    await callPlayer(page);
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('menuitem', { name: /^Audio/ }).click();
    await page.getByRole('menuitem', { name: /^Track/ }).click();
    const track = (name: string) => page.getByRole('menuitemradio', { name });
    expect(await track('English').getAttribute('aria-checked')).toBe('true');
    expect(fetched.filter((url) => url.includes('/audio/de-d0/'))).toEqual([]);
    await track('German (dubbed by a machine)').click();
    await vi.waitFor(() => expect(fetched.some((url) => /\/audio\/de-d0\/\d+\.m4s/.test(url))).toBe(true), STANDS);
    expect(faults).toEqual([]);
  });
});

describe('a picture that a service makes', () => {
  it('is asked for by a person alone, offered with who made it, and stands for the film when it is chosen', async () => {
    // The film was taken in, made and shown without a word to anybody.
    expect(drawn()).toEqual([]);
    await page.goto(`${base}/admin/films/${film}`);
    await pictures()
      .getByText(`Pictures can be made by brush at ${new URL(stub.url).host}.`)
      .waitFor(STANDS);
    await haveOneMade().click();
    await offered().waitFor(STANDS);
    await pictures()
      .getByText(`Generated by brush at ${new URL(stub.url).host}`)
      .waitFor(STANDS);
    expect(drawn().map(({ fields }) => fields)).toEqual([
      {
        model: 'brush',
        prompt: expect.stringMatching(/^Paint the picture of a film poster.*\nTitle: The rock$/s),
        n: 1,
        size: '160x240',
        response_format: 'b64_json',
      },
    ]);
    const first = (await movieNow()).generatedPictures.poster?.key as string;
    expect(first).toMatch(/^media\/.*\/generated\/.*\.webp$/);
    expect((await movieNow()).chosenPosterKey).toBeNull();
    const [entry] = (await store.audit.list({ limit: 1 })).items;
    expect(entry).toMatchObject({ action: 'film.picture_generated', detail: 'poster' });

    await offered().click();
    await page.getByAltText('Poster of the film').waitFor(STANDS);
    expect((await movieNow()).chosenPosterKey).toBe(first);
    const shown = await page.getByAltText('Poster of the film').getAttribute('src');
    const answer = await page.request.get(`${base}${shown}`);
    expect([answer.status(), answer.headers()['content-type']]).toEqual([200, 'image/webp']);

    // Another one takes the place of what is offered, and not of what was chosen.
    await haveOneMade().click();
    await vi.waitFor(async () => expect((await movieNow()).generatedPictures.poster?.key).not.toBe(first));
    expect((await movieNow()).chosenPosterKey).toBe(first);
    expect(await seriousFaults(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it.each([
    ['refusing', 'refused: “Your request was rejected by our safety system (…).”'],
    ['limited', 'limits how often it is asked.'],
    ['unauthorized', 'refuses the key in PICTURE_API_KEY.'],
    ['broken', 'gave an answer that cannot be read (it is no JSON).'],
    ['garbled', 'answered with something that is no picture.'],
    ['silent', 'did not answer within 2 s.'],
  ] as const)('says so where its service is %s, and what was there stays', async (mode, sentence) => {
    const before = await movieNow();
    stub.mode(mode);
    await page.goto(`${base}/admin/films/${film}`);
    await haveOneMade().click();
    await pictures().getByText(sentence).waitFor(STANDS);
    expect((await movieNow()).generatedPictures).toEqual(before.generatedPictures);
    stub.mode('well');
  });

  it('leaves its key in no line of the log, and on no page', async () => {
    await page.goto(`${base}/admin/settings`);
    await page
      .getByText('PICTURE_API_KEY', { exact: true })
      .first()
      .waitFor({ ...STANDS, state: 'attached' });
    expect(await page.content()).not.toContain(stub.apiKey);
    expect(said).toContain('service is asked');
    expect(said).not.toContain(stub.apiKey);
    expect(said).not.toContain('Paint the picture');
  });
});
