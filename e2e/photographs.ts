import { mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import sharp from 'sharp';
import { inventWorld } from '../scripts/tmdb-stub/world.ts';

type Session = NonNullable<BrowserContextOptions['storageState']>;
type Who = 'owner' | 'viewer' | 'stranger';

/** What is photographed of a house. */
interface House {
  base: string;
  folder: string;
  width: number;
  movieId: string;
  jobId: string;
  /** Track that people uploaded for the film. */
  trackId: string;
  webhookId: string;
  owner: Session;
  viewer: Session;
}

const THEMES = ['evening', 'matinee'];
/** Pictures, and whatever a page draws after it has come, stand after this. */
const STANDS_MS = 1500;
const QUALITY = 72;

const [series] = inventWorld().titles.filter(({ kind }) => kind === 'tv');
const [movie] = inventWorld().titles.filter(({ kind, overview }) => kind === 'movie' && overview);
const [person] = inventWorld().people;

interface Visit {
  who: Who;
  path: (house: House) => string;
  /** What is done there before the picture is taken. */
  first?: (page: Page) => Promise<void>;
}

/** By the folder of each page below `app`: who looks at it, and where. */
const VISITS: Record<string, Visit> = {
  '': { who: 'viewer', path: () => '/' },
  account: { who: 'viewer', path: () => '/account' },
  admin: { who: 'owner', path: () => '/admin' },
  'admin/audit': { who: 'owner', path: () => '/admin/audit' },
  'admin/films': { who: 'owner', path: () => '/admin/films' },
  'admin/films/[id]': { who: 'owner', path: ({ movieId }) => `/admin/films/${movieId}` },
  'admin/films/[id]/subtitles/[track]': {
    who: 'owner',
    path: ({ movieId, trackId }) => `/admin/films/${movieId}/subtitles/${trackId}`,
    first: async (page) => {
      await page
        .locator('video')
        .evaluate(
          '(video) => video.readyState >= 2 || new Promise((done) => video.addEventListener("loadeddata", done))',
        );
    },
  },
  'admin/jobs': { who: 'owner', path: () => '/admin/jobs' },
  'admin/jobs/[id]': { who: 'owner', path: ({ jobId }) => `/admin/jobs/${jobId}` },
  'admin/queues': { who: 'owner', path: () => '/admin/queues' },
  'admin/settings': { who: 'owner', path: () => '/admin/settings' },
  'admin/setup/film': { who: 'owner', path: () => '/admin/setup/film' },
  'admin/tokens': { who: 'owner', path: () => '/admin/tokens' },
  'admin/upload': { who: 'owner', path: () => '/admin/upload' },
  'admin/users': { who: 'owner', path: () => '/admin/users' },
  'admin/viewers': { who: 'owner', path: () => '/admin/viewers' },
  'admin/webhooks': { who: 'owner', path: () => '/admin/webhooks' },
  'admin/webhooks/[id]': { who: 'owner', path: ({ webhookId }) => `/admin/webhooks/${webhookId}` },
  'film/[id]': { who: 'viewer', path: ({ movieId }) => `/film/${movieId}` },
  library: { who: 'viewer', path: () => '/library' },
  'person/[id]': { who: 'viewer', path: () => `/person/${person?.id}` },
  reset: { who: 'stranger', path: () => '/reset' },
  search: { who: 'viewer', path: () => '/search?q=the' },
  'sign-in': { who: 'stranger', path: () => '/sign-in' },
  'sign-up': { who: 'stranger', path: () => '/sign-up' },
  'title/[kind]/[id]': { who: 'viewer', path: () => `/title/film/${movie?.id}` },
  'title/[kind]/[id]/season/[number]': { who: 'viewer', path: () => `/title/series/${series?.id}/season/1` },
  'watch/[id]': { who: 'viewer', path: ({ movieId }) => `/watch/${movieId}` },
};
/** The page that a house shows once, before it is one: `photographSetup`. */
const SETUP = 'admin/setup';
/** What pages show when somebody asks them for it, by a name for each. */
const BESIDES: Record<string, Visit> = {
  'admin-films-id-suggestions': {
    who: 'owner',
    path: ({ movieId }) => `/admin/films/${movieId}`,
    first: (page) => page.getByRole('heading', { name: 'Suggestions' }).evaluate((heading) => heading.scrollIntoView()),
  },
  'admin-films-id-chapters': {
    who: 'owner',
    path: ({ movieId }) => `/admin/films/${movieId}`,
    first: (page) => page.locator('form[aria-label="Chapters"]').evaluate((form) => form.scrollIntoView()),
  },
};

/** Takes a picture of every page in both themes. @throws Error if a page stands that nobody visits */
export async function photographAll(browser: Browser, house: House): Promise<void> {
  const app = fileURLToPath(new URL('../apps/web/app', import.meta.url));
  const pages = readdirSync(app, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name === 'page.tsx')
    .map(({ parentPath }) => relative(app, parentPath));
  const unseen = pages.filter((page) => !(page in VISITS) && page !== SETUP);
  if (unseen.length > 0) throw new Error(`Nobody photographs ${unseen.join(', ')}.`);

  const named = Object.entries(VISITS).map(([page, visit]) => [nameOf(page), visit] as const);
  for (const [name, { who, path, first }] of [...named, ...Object.entries(BESIDES)]) {
    const session = who === 'stranger' ? undefined : house[who];
    await photograph(browser, house, { name, path: path(house), ...(first && { first }), ...(session && { session }) });
  }
}

/** Takes pictures of the page that a house shows before it is one. */
export async function photographSetup(browser: Browser, house: Pick<House, 'base' | 'folder' | 'width'>) {
  await photograph(browser, house, { name: nameOf(SETUP), path: '/admin' });
}

function nameOf(page: string): string {
  return page === '' ? 'home' : page.replaceAll('/', '-').replaceAll(/[[\]]/g, '');
}

async function photograph(
  browser: Browser,
  { base, folder, width }: Pick<House, 'base' | 'folder' | 'width'>,
  { name, path, first, session }: { name: string; path: string; first?: Visit['first']; session?: Session },
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const theme of THEMES) {
    const context = await browser.newContext({
      viewport: { width, height: width < 600 ? 844 : 900 },
      reducedMotion: 'reduce',
      ...(session ? { storageState: session } : {}),
    });
    await context.addCookies([{ name: 'marquee-theme', value: theme, url: base }]);
    const tab = await context.newPage();
    await tab.goto(base + path);
    await first?.(tab);
    await tab.waitForTimeout(STANDS_MS);
    const picture = await tab.screenshot();
    await sharp(picture)
      .webp({ quality: QUALITY })
      .toFile(join(folder, `${name}-${width}-${theme}.webp`));
    await context.close();
  }
}
