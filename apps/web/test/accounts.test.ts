import { type ChildProcess, execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { faultsOf } from './faults.ts';
import { ADMIN } from './first-admin.ts';
import { seriousFaults } from './serious-faults.ts';
import { addressOf, endSite, spawnSite } from './site-process.ts';

vi.setConfig({ testTimeout: 40_000 });

const SECRET = 'a secret for tests only';
const PASSWORD = 'four unrelated wooden spoons';
const STANDS = { timeout: 10_000 };
const MAIN = join(import.meta.dirname, '../../cli/src/main.ts');

let dir: string;
let site: ChildProcess;
let base: string;
let browser: Browser;
let postOffice: SMTPServer;
/** Letters that were handed over, as they came. */
const letters: string[] = [];
let staff: { context: BrowserContext; page: Page; faults: string[] };
let env: NodeJS.ProcessEnv;

async function startSite(): Promise<string> {
  const [port, mailPort] = [await freePort(), await freePort()];
  postOffice = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData(stream, _session, done) {
      let text = '';
      stream.setEncoding('utf8').on('data', (more: string) => {
        text += more;
      });
      stream.on('end', () => {
        letters.push(text.replaceAll('=\r\n', '').replaceAll('=3D', '='));
        done();
      });
    },
  });
  postOffice.listen(mailPort, '127.0.0.1');
  env = {
    ...process.env,
    NODE_ENV: 'production',
    MARQUEE_DATA: join(dir, 'data'),
    PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    SMTP_URL: `smtp://127.0.0.1:${mailPort}`,
    MAIL_FROM: 'Marquee <marquee@example.org>',
    SIGN_UP: 'open',
    MARQUEE_ADMIN_SECRET: SECRET,
    LOG_LEVEL: 'error',
  };
  site = spawnSite(join(dir, 'data'), env, { args: ['--no-workers'] });
  return addressOf(site);
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

async function newPage(options: { width?: number; theme?: string; as?: BrowserContext } = {}) {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1280, height: 900 },
    reducedMotion: 'reduce',
    ...(options.as ? { storageState: await options.as.storageState() } : {}),
  });
  if (options.theme) await context.addCookies([{ name: 'marquee-theme', value: options.theme, url: base }]);
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const faults = faultsOf(page);
  return { context, page, faults };
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  if (new URL(page.url()).pathname !== '/sign-in') await page.goto(`${base}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Has an admin invite somebody who takes the invitation up. */
async function invited(email: string, name: string, width?: number) {
  const { page } = staff;
  await page.goto(`${base}/admin/users`);
  await page.getByLabel('Invite somebody').fill(email);
  await page.getByRole('button', { name: 'Invite' }).click();
  const link = await page.getByLabel('The link').inputValue();
  const guest = await newPage(width === undefined ? {} : { width });
  await guest.page.goto(link);
  await guest.page.getByText(`This makes the account of ${email}.`).waitFor();
  await guest.page.getByLabel('What to call you').fill(name);
  await guest.page.getByLabel('Password').fill(PASSWORD);
  await guest.page.getByRole('button', { name: 'Make my account' }).click();
  await guest.page.waitForURL(`${base}/`);
  return { ...guest, link };
}

async function isSignedIn(page: Page): Promise<boolean> {
  await page.goto(`${base}/account`);
  return new URL(page.url()).pathname === '/account';
}

const linkIn = (letter: string) => /http:\/\/127\.0\.0\.1:\d+\/[\w-]+\?token=[\w-]+/.exec(letter)?.[0] ?? '';
const lettersTo = (email: string) => letters.filter((letter) => letter.includes(`To: ${email}`));

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'marquee-accounts-'));
  base = await startSite();
  browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  staff = await newPage();
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await endSite(site);
  await new Promise<void>((resolve) => postOffice.close(() => resolve()));
  rmSync(dir, { recursive: true, force: true });
}, 30_000);

describe('accounts', () => {
  it('are begun by whoever has the token, in three steps that end on an upload', async () => {
    const { page, faults } = staff;
    await page.goto(`${base}/admin/users`);
    expect(new URL(page.url()).pathname).toBe('/admin/setup');
    await page.goto(`${base}/admin/setup/film`);
    expect(new URL(page.url()).pathname).toBe('/admin/setup');
    await page.getByLabel('Set-up token').fill('not the token at all');
    await page.keyboard.press('Enter');
    await page.getByText('That is not the token.').waitFor();
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      await expectAccessible(page, `set-up-1-${width}`);
    }
    await page.getByLabel('Set-up token').fill(SECRET);
    await page.keyboard.press('Enter');
    await page.getByText('Step 2 of 3').waitFor();
    await page.getByLabel('What to call you').fill(ADMIN.name);
    await page.getByLabel('E-mail').fill(ADMIN.email);
    await page.getByLabel('Password').fill('password1234');
    await page.keyboard.press('Enter');
    await page.getByText('one of the passwords that are tried first').waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(ADMIN.email);
    await expectAccessible(page, 'set-up-2');
    await page.getByLabel('Password').fill(ADMIN.password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/admin/setup/film`);
    await page.getByRole('button', { name: 'Choose files' }).waitFor();
    await expectAccessible(page, 'set-up-3');

    const cookie = (await staff.context.cookies()).find(({ name }) => name === 'marquee-session');
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(cookie?.expires).toBeGreaterThan(Date.now() / 1000 + 13 * 24 * 3600);
    // The token opens nothing any more.
    const late = await newPage();
    await late.page.goto(`${base}/admin/setup`);
    expect(new URL(late.page.url()).pathname).toBe('/sign-in');
    await late.context.close();
    expect(faults).toEqual([]);
  });

  it('let in with the right password, and say nothing of which part was wrong', async () => {
    const { page, context, faults } = await newPage();
    await page.goto(`${base}/admin/users?q=usher`);
    await signIn(page, ADMIN.email, 'not the password');
    const words = 'That address and password do not belong together, or the account is shut.';
    await page.getByText(words).waitFor();
    expect(await page.getByLabel('E-mail').inputValue()).toBe(ADMIN.email);
    await signIn(page, 'nobody@example.org', ADMIN.password);
    await page.getByText(words).waitFor();
    await signIn(page, ADMIN.email.toUpperCase(), ADMIN.password);
    await page.waitForURL(/\/admin\/users/);
    await page.getByRole('button', { name: `Account of ${ADMIN.name}` }).click();
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await page.waitForURL(`${base}/`);
    await page.goto(`${base}/admin`);
    expect(page.url()).toBe(`${base}/sign-in?next=%2Fadmin`);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('take and answer forms without a script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${base}/sign-in?next=/account`);
    await signIn(page, ADMIN.email, 'not the password');
    await page.getByText('do not belong together').waitFor();
    await signIn(page, ADMIN.email, ADMIN.password);
    await page.waitForURL(`${base}/account`);
    await page.getByRole('button', { name: 'Sign out everywhere' }).waitFor();
    await context.close();
  });

  it('never lead to another site', async () => {
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      const { page, context } = await newPage();
      await page.goto(`${base}/sign-in?next=${encodeURIComponent(next)}`);
      await signIn(page, ADMIN.email, ADMIN.password);
      await page.waitForURL(`${base}/`);
      await context.close();
    }
  });

  it('are made by an invitation, once', async () => {
    const ann = await invited('ann@example.org', 'Ann');
    expect(await isSignedIn(ann.page)).toBe(true);
    const other = await newPage();
    await other.page.goto(ann.link);
    await other.page.getByText('This link is over.').waitFor();
    await vi.waitFor(() => expect(lettersTo('ann@example.org')).toHaveLength(1), STANDS);
    expect(ann.faults).toEqual([]);
    await other.context.close();
    await ann.context.close();
  });

  it('are made by mail where sign-up is open, and the page tells nobody who has one', async () => {
    const { page, context, faults } = await newPage();
    const answers: string[] = [];
    for (const email of ['carol@example.org', ADMIN.email]) {
      await page.goto(`${base}/sign-up`);
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('button', { name: 'Send me the letter' }).click();
      const says = page.getByText(/^A letter is on its way/);
      await says.waitFor();
      answers.push(((await says.textContent()) ?? '').replace(email, '-'));
    }
    expect(answers[0]).toBe(answers[1]);
    await vi.waitFor(() => expect(lettersTo('carol@example.org')).toHaveLength(1), STANDS);
    await vi.waitFor(() => expect(lettersTo(ADMIN.email)).toHaveLength(1), STANDS);
    expect(linkIn(lettersTo(ADMIN.email)[0] as string)).toBe('');
    await page.goto(linkIn(lettersTo('carol@example.org')[0] as string));
    await page.getByLabel('What to call you').fill('Carol');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Make my account' }).click();
    await page.waitForURL(`${base}/`);
    expect(await isSignedIn(page)).toBe(true);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('get a new password by mail, which ends every session, and the link works once', async () => {
    const before = await newPage();
    await signIn(before.page, 'carol@example.org', PASSWORD);
    await before.page.waitForURL(`${base}/`);
    const { page, context } = await newPage();
    const answers: string[] = [];
    for (const email of ['nobody@example.org', 'carol@example.org']) {
      await page.goto(`${base}/reset`);
      await page.getByLabel('E-mail').fill(email);
      await page.getByRole('button', { name: 'Send me the link' }).click();
      const says = page.getByText(/^A letter is on its way/);
      await says.waitFor();
      answers.push(((await says.textContent()) ?? '').replace(email, '-'));
    }
    expect(answers[0]).toBe(answers[1]);
    await vi.waitFor(() => expect(lettersTo('carol@example.org')).toHaveLength(2), STANDS);
    expect(lettersTo('nobody@example.org')).toEqual([]);
    const link = linkIn(lettersTo('carol@example.org')[1] as string);
    await page.goto(link);
    await page.getByLabel('New password').fill(`${PASSWORD} too`);
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.waitForURL(`${base}/`);
    expect(await isSignedIn(before.page)).toBe(false);
    await page.goto(link);
    await page.getByText('This link is over.').waitFor();
    await signIn(before.page, 'carol@example.org', PASSWORD);
    await before.page.getByText('do not belong together').waitFor();
    await before.context.close();
    await context.close();
  });

  it('get a new password by an admin’s link', async () => {
    await staff.page.goto(`${base}/admin/users?q=carol`);
    await staff.page.getByRole('button', { name: 'Reset link: carol@example.org' }).click();
    const link = await staff.page.getByLabel('The link').inputValue();
    const { page, context } = await newPage();
    await page.goto(link);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.waitForURL(`${base}/`);
    await context.close();
  });

  it('show their sessions, and end one of them on another device', async () => {
    const [here, there] = [await newPage(), await newPage()];
    for (const { page } of [here, there]) {
      await signIn(page, 'ann@example.org', PASSWORD);
      await page.waitForURL(`${base}/`);
    }
    await here.page.goto(`${base}/account`);
    await here.page
      .getByText(/^Chrome on Linux/)
      .first()
      .waitFor();
    const buttons = here.page.getByRole('button', { name: /^Sign out Chrome/ });
    const others = await buttons.count();
    expect(others).toBeGreaterThan(0);
    // The newest comes first after this one.
    for (let left = others; left > 0; left--) {
      await buttons.first().click();
      await vi.waitFor(async () => expect(await buttons.count()).toBe(left - 1), STANDS);
    }
    expect(await isSignedIn(there.page)).toBe(false);
    expect(await isSignedIn(here.page)).toBe(true);

    await signIn(there.page, 'ann@example.org', PASSWORD);
    await there.page.waitForURL(`${base}/account`);
    await here.page.getByLabel('Old password').fill('not the old one');
    await here.page.getByLabel('New password').fill(`${PASSWORD} two`);
    await here.page.getByRole('button', { name: 'Change the password' }).click();
    await here.page.getByText('The old password is not right.').waitFor();
    await here.page.getByLabel('Old password').fill(PASSWORD);
    await here.page.getByRole('button', { name: 'Change the password' }).click();
    await here.page.getByText('The password is changed.').waitFor();
    expect(await isSignedIn(there.page)).toBe(false);
    expect(await isSignedIn(here.page)).toBe(true);
    await here.page.getByLabel('What to call you').fill('Ann Archer');
    await here.page.getByRole('button', { name: 'Change the name' }).click();
    await here.page.getByText('You are Ann Archer now.').waitFor();
    await here.page.getByRole('button', { name: 'Sign out everywhere' }).click();
    await here.page.waitForURL(`${base}/sign-in`);
    expect(await isSignedIn(here.page)).toBe(false);
    expect([...here.faults, ...there.faults]).toEqual([]);
    await here.context.close();
    await there.context.close();
  });

  it('keep viewers from every admin page, route and action', async () => {
    const viewer = await invited('vera@example.org', 'Vera');
    const { page } = viewer;
    for (const path of ['', '/users', '/audit', '/upload', '/queues', '/jobs/x', '/setup/film']) {
      const answer = await page.goto(`${base}/admin${path}`);
      expect(answer?.status(), path).toBe(404);
      await page.getByText('This seat is empty.').waitFor();
    }
    await page.goto(`${base}/admin/setup`);
    await page.getByText('This seat is empty.').waitFor();
    for (const path of ['/api/jobs/x', '/api/jobs/x/events', '/api/queues', '/api/uploads/x'])
      expect((await page.request.get(base + path)).status(), path).toBe(403);
    expect((await page.request.post(`${base}/api/uploads`, { data: {} })).status()).toBe(403);
    await page.goto(base);
    await page.getByRole('button', { name: 'Account of Vera' }).click();
    expect(await page.getByRole('link', { name: 'Users', exact: true }).count()).toBe(0);

    // What an admin's browser sends is sent once more, by a viewer.
    const admin = staff.page;
    await admin.goto(`${base}/admin/users?q=vera`);
    await admin.getByRole('button', { name: 'Make admin: vera@example.org' }).waitFor();
    await admin.route('**/admin/users*', (route) =>
      route.request().method() === 'POST' ? route.abort() : route.continue(),
    );
    const asked = admin.waitForRequest((request) => request.method() === 'POST');
    await admin.getByRole('button', { name: 'Make admin: vera@example.org' }).click();
    const request = await asked;
    const { cookie: _, ...sent } = await request.allHeaders();
    await admin.getByText('The site did not answer.').waitFor();
    await admin.unroute('**/admin/users*');
    const headers = Object.fromEntries(Object.entries(sent).filter(([name]) => !name.startsWith(':')));
    const data = request.postDataBuffer() ?? '';
    await page.request.post(`${base}/admin/users?q=vera`, { headers, data, maxRedirects: 0 });
    await admin.reload();
    await admin.getByRole('button', { name: 'Make admin: vera@example.org' }).waitFor();
    staff.faults.length = 0;
    await viewer.context.close();
  });

  it('change roles, and end at once when they are shut', async () => {
    const vera = await newPage();
    await signIn(vera.page, 'vera@example.org', PASSWORD);
    await vera.page.waitForURL(`${base}/`);
    const { page } = staff;
    await page.goto(`${base}/admin/users?q=VERA`);
    await page.getByRole('button', { name: 'Make admin: vera@example.org' }).click();
    await page.getByText('vera@example.org is an admin now.').waitFor();
    await vera.page.goto(`${base}/admin/users`);
    await vera.page.getByRole('heading', { name: 'Users' }).waitFor();
    await page.getByRole('button', { name: 'Shut out: vera@example.org' }).click();
    await page.getByText('vera@example.org is shut out, and signed out everywhere.').waitFor();
    await vera.page.goto(`${base}/admin/users`);
    expect(new URL(vera.page.url()).pathname).toBe('/sign-in');
    await signIn(vera.page, 'vera@example.org', PASSWORD);
    await vera.page.getByText('or the account is shut').waitFor();
    await page.getByRole('button', { name: 'Let in again: vera@example.org' }).click();
    await page.getByText('vera@example.org may sign in again.').waitFor();
    await page.getByRole('button', { name: 'Make viewer: vera@example.org' }).click();
    await page.getByText('vera@example.org is a viewer now.').waitFor();
    await page.goto(`${base}/admin/users?q=usher`);
    await page.getByRole('button', { name: `Make viewer: ${ADMIN.email}` }).click();
    await page.getByText(`${ADMIN.email} is the only admin.`).waitFor();
    await vera.context.close();
  });

  it('are helped from the command line', async () => {
    const run = promisify(execFile);
    const marquee = async (...args: string[]) =>
      (await run(process.execPath, [MAIN, 'users', ...args], { env })).stdout.trim();
    expect(await marquee('list', '--search', 'vera')).toBe('vera@example.org  viewer  Vera');
    expect(await marquee('disable', 'vera@example.org')).toContain('is shut out');
    expect(await marquee('make-admin', 'Vera@example.org')).toBe('vera@example.org runs the house.');
    const made = await marquee('make-admin', 'new@example.org');
    const { page, context } = await newPage();
    await page.goto(made.split('\n').at(-1) as string);
    await page.getByLabel('New password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Set it' }).click();
    await page.waitForURL(`${base}/admin`);
    expect(linkIn(await marquee('reset', 'new@example.org'))).toContain('/reset?token=');
    const { users } = JSON.parse(await marquee('list', '--json')) as { users: { email: string; role: string }[] };
    expect(
      users
        .filter(({ role }) => role === 'admin')
        .map(({ email }) => email)
        .sort(),
    ).toEqual(['new@example.org', ADMIN.email, 'vera@example.org']);
    await expect(run(process.execPath, [MAIN, 'users', 'reset', 'x@example.org'], { env })).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nobody has an account'),
    });
    await context.close();
  });

  it('write down who did what', async () => {
    await staff.page.goto(`${base}/admin/audit`);
    const rows = (await staff.page.locator('tbody tr').allInnerTexts()).join('\n');
    for (const words of [
      `${ADMIN.email} set up the house`,
      `${ADMIN.email} invited ann@example.org (viewer)`,
      'ann@example.org took up an invitation (viewer)',
      'carol@example.org set a new password by link',
      'ann@example.org changed the password',
      'ann@example.org signed out (all devices)',
      `${ADMIN.email} changed the role of vera@example.org (admin)`,
      `${ADMIN.email} shut the account of vera@example.org`,
      `${ADMIN.email} made a link for a new password for carol@example.org`,
      'the command line made an account for new@example.org (admin)',
      'a visitor was not let in as vera@example.org',
    ])
      expect(rows).toContain(words);
    expect(rows).not.toContain('token');
  });

  for (const theme of ['evening', 'matinee']) {
    for (const width of [390, 1440]) {
      it(`are accessible and free of errors in ${theme} at ${width} px`, async () => {
        const stranger = await newPage({ width, theme });
        for (const path of ['/sign-in', '/sign-up', '/sign-up?token=x', '/reset', '/reset?token=x']) {
          await stranger.page.goto(base + path);
          await expectAccessible(stranger.page, `${path.slice(1).replaceAll(/\W/g, '-')}-${theme}-${width}`);
        }
        const admin = await newPage({ width, theme, as: staff.context });
        for (const path of ['/account', '/admin/users', '/admin/users?q=nobody+at+all', '/admin/audit']) {
          await admin.page.goto(base + path);
          await expectAccessible(admin.page, `${path.slice(1).replaceAll(/\W/g, '-')}-${theme}-${width}`);
        }
        await admin.page.goto(base);
        await admin.page.getByRole('button', { name: `Account of ${ADMIN.name}` }).click();
        await admin.page.getByRole('link', { name: 'Your account' }).waitFor();
        await expectAccessible(admin.page, `menu-${theme}-${width}`);
        await admin.page.keyboard.press('Escape');
        expect(await admin.page.getByRole('link', { name: 'Your account' }).count()).toBe(0);
        expect([...stranger.faults, ...admin.faults]).toEqual([]);
        await stranger.context.close();
        await admin.context.close();
      }, 120_000);
    }
  }

  it('are listed page by page, and found among many', async () => {
    const store = createSqliteStore({ file: join(dir, 'data', 'marquee.db') });
    const some = 300;
    for (let i = 0; i < some; i++) {
      const id = `0${String(i).padStart(25, '0')}`;
      const row = { id, email: `person${i}@many.example`, name: `Person ${i}`, role: 'viewer', disabledAtMs: null };
      await store.accounts.insert('user', { ...row, createdAt: '2026-01-01T00:00:00.000Z' });
    }
    await store.close();
    const { page, context } = await newPage({ as: staff.context });
    await page.goto(`${base}/admin/users?q=person17@many`);
    await page.getByText('person17@many.example').first().waitFor();
    expect(await page.locator('tbody tr').count()).toBe(1);
    await page.goto(`${base}/admin/users`);
    expect(await page.locator('tbody tr').count()).toBe(50);
    await page.getByRole('link', { name: 'Earlier users' }).click();
    await page.waitForURL(/after=/);
    await vi.waitFor(async () => expect(await page.locator('tbody').getByText(ADMIN.email).count()).toBe(0), STANDS);
    await context.close();
  });

  it('make guessers wait, whoever they claim to be', async () => {
    const { page, context } = await newPage();
    const tries = async (email: string, count: number) => {
      for (let i = 0; i < count; i++) {
        const answered = page.waitForResponse((response) => response.request().method() === 'POST');
        await signIn(page, email, `guess number ${i}`);
        await answered;
        await page.getByRole('button', { name: 'Sign in' }).waitFor();
        await page.getByText(/do not belong together|Too many tries/).waitFor();
        if (await page.getByText(/Too many tries/).isVisible()) return i;
      }
      return count;
    };
    expect(await tries('ann@example.org', 12)).toBe(10);
    await signIn(page, 'ann@example.org', `${PASSWORD} two`);
    await page.waitForTimeout(300);
    expect(new URL(page.url()).pathname).toBe('/sign-in');
    await context.close();
  }, 60_000);
});

const SHOTS = process.env.SCREENSHOTS;

async function expectAccessible(page: Page, name: string): Promise<void> {
  if (SHOTS) {
    mkdirSync(SHOTS, { recursive: true });
    await page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }
  expect(await seriousFaults(page), name).toEqual([]);
  const overflowPx = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflowPx, `${name} is wider than the screen`).toBeLessThanOrEqual(0);
}
