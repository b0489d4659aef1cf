import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type JobId, type MovieId, newId } from '@marquee/core/ids';
import { newMovie } from '@marquee/core/movie';
import type { Store } from '@marquee/core/ports';
import { expect, it } from 'vitest';
import { createSqliteStore } from '../src/sqlite-store.ts';
import { describeAccountsContract } from './accounts-contract.ts';
import { describeApiTokensContract } from './api-tokens-contract.ts';
import { describeBackupContract } from './backup-contract.ts';
import { type Engine, expectCode } from './engine.ts';
import { describeLibraryContract } from './library-contract.ts';
import { describeMomentsContract } from './moments-contract.ts';
import { describeMoviesContract } from './movies-contract.ts';
import { describeSeriesContract } from './series-contract.ts';
import { describeStoreContract } from './store-contract.ts';
import { describeTasksContract } from './tasks-contract.ts';
import { describeViewingsContract } from './viewings-contract.ts';
import { describeWebhooksContract } from './webhooks-contract.ts';

async function openSqliteStore(): Promise<Engine<Store>> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-store-'));
  const clients: Store[] = [];
  const another = async () => {
    const client = createSqliteStore({ file: join(folder, 'marquee.db') });
    clients.push(client);
    await client.setup();
    return client;
  };
  return {
    port: await another(),
    another,
    async close() {
      for (const client of clients) await client.close();
      await rm(folder, { recursive: true });
    },
  };
}

describeStoreContract('sqlite', openSqliteStore);
describeTasksContract('sqlite', openSqliteStore);
describeMoviesContract('sqlite', openSqliteStore);
describeMomentsContract('sqlite', openSqliteStore);
describeAccountsContract('sqlite', openSqliteStore);
describeLibraryContract('sqlite', openSqliteStore);
describeApiTokensContract('sqlite', openSqliteStore);
describeWebhooksContract('sqlite', openSqliteStore);
describeViewingsContract('sqlite', openSqliteStore);
describeSeriesContract('sqlite', openSqliteStore);
describeBackupContract('sqlite', openSqliteStore);

/** The tables of version 1 that a step reads, as they were made. */
const VERSION_1 = `
  CREATE TABLE movies (id TEXT PRIMARY KEY, version INTEGER NOT NULL, document TEXT NOT NULL);
  CREATE TABLE jobs (
    id TEXT PRIMARY KEY, version INTEGER NOT NULL, status TEXT NOT NULL, movie_id TEXT NOT NULL,
    settled INTEGER NOT NULL, document TEXT NOT NULL
  );
  PRAGMA user_version = 1;
`;

async function openVersion1(): Promise<{ folder: string; file: string; db: DatabaseSync }> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-store-'));
  const file = join(folder, 'marquee.db');
  const db = new DatabaseSync(file);
  db.exec(VERSION_1);
  return { folder, file, db };
}

it('opens a file of version 1 and keeps what is in it, several processes at once', async () => {
  const { folder, file, db } = await openVersion1();
  const films = ['Café de Flore', 'The Godfather'].map((title, i) => ({
    id: newId<MovieId>(i),
    title,
    version: 4,
    createdAtMs: i,
    updatedAtMs: i,
    readyJobId: newId<JobId>(i),
    openingJobId: null,
    durationSec: 60,
    posterKey: null,
  }));
  const insert = db.prepare('INSERT INTO movies (id, version, document) VALUES (?, ?, ?)');
  for (const film of films) insert.run(film.id, film.version, JSON.stringify(film));
  db.exec(`INSERT INTO jobs VALUES ('job', 2, 'ready', 'm', 1, '{"id":"job","version":2}')`);
  db.close();
  const [store, other] = [createSqliteStore({ file }), createSqliteStore({ file })];
  await Promise.all([store.setup(), other.setup()]);
  expect((await store.movies.list({ limit: 5, sort: 'title' })).items).toMatchObject([
    { ...films[0], visibility: 'published', details: { synopsis: '' } },
    { ...films[1], visibility: 'published' },
  ]);
  expect(await other.movies.search({ text: 'godfahter', limit: 5, listedAtMs: 0 })).toMatchObject([films[1]]);
  expect(await store.jobs.get('job' as JobId)).toEqual({ id: 'job', version: 2 });
  expect(await other.jobs.counts()).toMatchObject({ ready: 1, failed: 0 });
  expect(await other.jobs.stored()).toMatchObject({ uncounted: 1, sourceBytes: 0 });
  const [first] = films as [(typeof films)[0]];
  expect(await store.movies.update(first.id, 4, { title: 'Renamed' })).toBe(true);
  expect(await other.movies.search({ text: 'renamed', limit: 5 })).toMatchObject([{ id: first.id, version: 5 }]);
  await Promise.all([store.close(), other.close()]);
  await rm(folder, { recursive: true });
});

it('opens a file of version 2 and finds kin in it, each film once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-store-'));
  const file = join(folder, 'marquee.db');
  const before = createSqliteStore({ file });
  const film = (i: number) => {
    const fresh = newMovie({ id: newId<MovieId>(i), title: `Film ${i}`, nowMs: i });
    return { ...fresh, details: { ...fresh.details, genres: ['Drama'] } };
  };
  const [first, second] = [film(1), film(2)];
  for (const each of [first, second]) await before.movies.insert(each);
  await before.close();
  const db = new DatabaseSync(file);
  db.exec(
    `UPDATE movie_terms SET terms = 'film' WHERE rowid > 0; DROP TABLE job_figures; DROP TABLE settings;
     DROP INDEX jobs_analysed; PRAGMA user_version = 2`,
  );
  db.close();
  const store = createSqliteStore({ file });
  expect((await store.movies.kin(first, { limit: 5 })).map(({ movie }) => movie.title)).toEqual(['Film 2']);
  expect(await store.movies.search({ text: 'film', limit: 5 })).toHaveLength(2);
  await store.close();
  await rm(folder, { recursive: true });
});

it('leaves a file as it was if it cannot be brought up, and refuses one of a later version', async () => {
  const { folder, file, db } = await openVersion1();
  db.exec(`INSERT INTO movies VALUES ('m', 0, 'not a film')`);
  const store = createSqliteStore({ file });
  await expect(store.setup()).rejects.toThrow();
  expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
  expect(db.prepare('SELECT document FROM movies').get()).toEqual({ document: 'not a film' });
  db.exec('PRAGMA user_version = 99');
  await expectCode(store.setup(), 'CONFIG_INVALID');
  db.close();
  await store.close();
  await rm(folder, { recursive: true });
});

it('opens an accounts file of version 1 and narrows down what its audit log held', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-store-'));
  const db = new DatabaseSync(join(folder, 'accounts.db'));
  db.exec('CREATE TABLE audit (id TEXT PRIMARY KEY, document TEXT NOT NULL); PRAGMA user_version = 1');
  const actor = { kind: 'user', id: 'u', name: 'ann@example.org', address: '::1' };
  const entry = { id: 'a', atMs: 1, actor, action: 'user.joined', target: null, detail: null };
  db.prepare('INSERT INTO audit VALUES (?, ?)').run(entry.id, JSON.stringify(entry));
  db.close();
  const store = createSqliteStore({ file: join(folder, 'marquee.db') });
  expect((await store.audit.list({ limit: 5, kind: 'user', actorName: 'ann@example.org' })).items).toEqual([entry]);
  expect((await store.audit.list({ limit: 5, kind: 'job' })).items).toEqual([]);
  await store.close();
  await rm(folder, { recursive: true });
});
