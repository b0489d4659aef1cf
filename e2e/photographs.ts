import { mkdirSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContextOptions } from 'playwright-core';
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

/** By the folder of each page below `app`: who looks at it, and where. */
const VISITS: Record<string, { who: Who; path: (house: House) => string }> = {
  '': { who: 'viewer', path: () => '/' },
  account: { who: 'viewer', path: () => '/account' },
  admin: { who: 'owner', path: () => '/admin' },
  'admin/audit': { who: 'owner', path: () => '/admin/audit' },
  'admin/films': { who: 'owner', path: () => '/admin/films' },
  'admin/films/[id]': { who: 'owner', path: ({ movieId }) => `/admin/films/${movieId}` },
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
/** Pages that a house shows once, before it is one, or only of what this one does not have. */
const NOT_HERE = ['admin/setup', 'admin/films/[id]/subtitles/[track]', 'admin/webhooks/[id]'];

/** Takes a picture of every page in both themes. @throws Error if a page stands that nobody visits */
export async function photographAll(browser: Browser, house: House): Promise<void> {
  const app = fileURLToPath(new URL('../apps/web/app', import.meta.url));
  const pages = readdirSync(app, { recursive: true, withFileTypes: true })
    .filter(({ name }) => name === 'page.tsx')
    .map(({ parentPath }) => relative(app, parentPath));
  const unseen = pages.filter((page) => !(page in VISITS) && !NOT_HERE.includes(page));
  if (unseen.length > 0) throw new Error(`Nobody photographs ${unseen.join(', ')}.`);

  mkdirSync(house.folder, { recursive: true });
  for (const [page, { who, path }] of Object.entries(VISITS)) {
    const name = page === '' ? 'home' : page.replaceAll('/', '-').replaceAll(/[[\]]/g, '');
    for (const theme of THEMES) {
      const context = await browser.newContext({
        viewport: { width: house.width, height: house.width < 600 ? 844 : 900 },
        reducedMotion: 'reduce',
        ...(who === 'stranger' ? {} : { storageState: house[who] }),
      });
      await context.addCookies([{ name: 'marquee-theme', value: theme, url: house.base }]);
      const tab = await context.newPage();
      await tab.goto(house.base + path(house));
      await tab.waitForTimeout(STANDS_MS);
      const picture = await tab.screenshot();
      await sharp(picture)
        .webp({ quality: QUALITY })
        .toFile(join(house.folder, `${name}-${house.width}-${theme}.webp`));
      await context.close();
    }
  }
}
