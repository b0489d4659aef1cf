import { randomUUID } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JobId, type MovieId, newId, type TaskId } from '@marquee/core/ids';
import { newJob } from '@marquee/core/job';
import type { Logger, Store } from '@marquee/core/ports';
import { MongoClient } from 'mongodb';
import { expect, it } from 'vitest';
import { mongodb as service } from '../../../scripts/services/mongodb.ts';
import { MONGO_SCHEMA } from '../src/mongo-schema.ts';
import { createMongoStore } from '../src/mongo-store.ts';
import { describeAccountsContract } from './accounts-contract.ts';
import { describeApiTokensContract } from './api-tokens-contract.ts';
import { describeBackupContract } from './backup-contract.ts';
import type { Engine } from './engine.ts';
import { eventually, expectCode } from './engine.ts';
import { describeLibraryContract } from './library-contract.ts';
import { describeMomentsContract } from './moments-contract.ts';
import { describeMoviesContract } from './movies-contract.ts';
import { describeSeriesContract } from './series-contract.ts';
import { describeWithService } from './service.ts';
import { describeStoreContract } from './store-contract.ts';
import { describeTasksContract } from './tasks-contract.ts';
import { describeViewingsContract } from './viewings-contract.ts';
import { describeWebhooksContract } from './webhooks-contract.ts';

const QUIET: Logger = { debug() {}, info() {}, warn() {}, error() {} };

describeWithService('MONGODB_URL', (url) => {
  const open = async (): Promise<Engine<Store>> => {
    const database = `test-${randomUUID()}`;
    const clients: Store[] = [];
    const another = async () => {
      const client = createMongoStore({ url, database, log: QUIET });
      clients.push(client);
      return client;
    };
    const port = await another();
    await port.setup();
    return {
      port,
      another,
      async close() {
        await Promise.all(clients.map((client) => client.close()));
        const admin = new MongoClient(url);
        await admin.db(database).dropDatabase();
        await admin.close();
      },
    };
  };
  describeStoreContract('MongoDB', open);
  describeTasksContract('MongoDB', open);
  describeMoviesContract('MongoDB', open);
  describeMomentsContract('MongoDB', open);
  describeAccountsContract('MongoDB', open);
  describeLibraryContract('MongoDB', open);
  describeApiTokensContract('MongoDB', open);
  describeWebhooksContract('MongoDB', open);
  describeViewingsContract('MongoDB', open);
  describeSeriesContract('MongoDB', open);
  describeBackupContract('MongoDB', open);

  it('says what was never set up, and nothing once it is', async () => {
    const store = createMongoStore({ url, database: `test-${randomUUID()}`, log: QUIET });
    await expectCode(store.check(), 'CONFIG_INVALID');
    await expect(store.check()).rejects.toThrow('marquee setup');
    await store.setup();
    await store.setup();
    await store.check();
    await store.close();
  });

  it('does not leave a call waiting that was given a connection in the instant of its end', async () => {
    const sockets: Socket[] = [];
    const note = (message: unknown) => void sockets.push((message as { socket: Socket }).socket);
    subscribe('net.client.socket', note);
    const store = createMongoStore({ url, database: `test-${randomUUID()}`, log: QUIET });
    await store.setup();
    unsubscribe('net.client.socket', note);
    for (const socket of sockets) socket.destroy();
    await store.presence.list(0).catch((error) => expect(error).toMatchObject({ code: 'STORE_DOWN' }));
    expect(await store.presence.list(0)).toEqual([]);
    await store.close();
  });

  it('looks for indexes until they are found, and then no more', async () => {
    const database = `test-${randomUUID()}`;
    const client = new MongoClient(url);
    const [store, other] = [1, 2].map(() => createMongoStore({ url, database, log: QUIET })) as [Store, Store];
    await store.setup();
    await store.check();
    await client.db(database).collection('presence').dropIndex('by-time');
    await store.check();
    await expect(other.check()).rejects.toThrow('lacks its indexes');
    await store.setup();
    await other.check();
    await Promise.all([store.close(), other.close()]);
    await client.db(database).dropDatabase();
    await client.close();
  });

  it('is refused where a newer version has set it up, and set up again where an earlier one has', async () => {
    const database = `test-${randomUUID()}`;
    const client = new MongoClient(url);
    const schema = client.db(database).collection<{ _id: string; version?: number; oldest?: number }>('schema');
    const store = createMongoStore({ url, database, log: QUIET });
    await store.setup();
    // As setup of before there were versions left it.
    await schema.deleteMany({});
    await expect(store.check()).rejects.toThrow('Run `marquee setup`');
    await store.setup();
    await store.check();
    // Newer, and fit for this code too: a fleet is upgraded process by process.
    await schema.updateMany({}, { $set: { version: MONGO_SCHEMA.version + 1 } });
    await store.check();
    await store.setup();
    expect(await schema.findOne({})).toMatchObject({ version: MONGO_SCHEMA.version + 1, oldest: MONGO_SCHEMA.oldest });
    await schema.updateMany({}, { $set: { oldest: MONGO_SCHEMA.version + 1 } });
    for (const refused of [store.check(), store.setup()]) {
      await expectCode(refused, 'CONFIG_INVALID');
      await expect(refused).rejects.toThrow('set up by a newer version of Marquee');
    }
    await store.close();
    await client.db(database).dropDatabase();
    await client.close();
  });

  it('finds films of an earlier version after setup, and what they lack', async () => {
    const database = `test-${randomUUID()}`;
    const client = new MongoClient(url);
    const films = client.db(database).collection<{ _id: string }>('movies');
    const earlier = { title: 'Café de Flore', version: 4, createdAtMs: 1, updatedAtMs: 2, readyJobId: 'job' };
    const rest = { openingJobId: null, durationSec: 60, posterKey: null };
    await films.insertMany(Array.from({ length: 120 }, (_, i) => ({ _id: `film-${1000 + i}`, ...earlier, ...rest })));
    const store = createMongoStore({ url, database, log: QUIET });
    expect(await store.movies.get('film-1000' as MovieId)).toMatchObject({ ...earlier, visibility: 'published' });
    await store.setup();
    await store.setup();
    const found = await store.movies.search({ text: 'flroe', limit: 200, listedAtMs: 0 });
    expect(found).toHaveLength(120);
    expect(found[0]).toMatchObject({ id: 'film-1119', ...earlier, details: { synopsis: '' } });
    expect((await store.movies.list({ limit: 200, sort: 'title', visibility: 'published' })).items).toHaveLength(120);
    await store.close();
    await client.db(database).dropDatabase();
    await client.close();
  });

  it('narrows down entries of an earlier version after setup', async () => {
    const database = `test-${randomUUID()}`;
    const client = new MongoClient(url);
    const actor = { kind: 'user', id: 'u', name: 'ann@example.org', address: '::1' };
    const entry = { atMs: 1, actor, action: 'user.joined', target: null, detail: null };
    await client
      .db(database)
      .collection<{ _id: string }>('audit')
      .insertOne({ _id: 'a', ...entry });
    const store = createMongoStore({ url, database, log: QUIET });
    await store.setup();
    expect((await store.audit.list({ limit: 5, kind: 'user' })).items).toEqual([{ id: 'a', ...entry }]);
    await store.close();
    await client.db(database).dropDatabase();
    await client.close();
  });

  it('waits for as long as an index takes to be built', async () => {
    const database = `test-${randomUUID()}`;
    const far = await slowToIndex(new URL(url), 'tasks', 11_000);
    const store = createMongoStore({ url: far.url, database, log: QUIET });
    await store.setup();
    expect(far.held()).toBe(1);
    await store.check();
    await store.close();
    far.close();
    const client = new MongoClient(url);
    await client.db(database).dropDatabase();
    await client.close();
  });

  it('says at once that a server cannot be reached, and no password', async () => {
    const away = createMongoStore({
      url: `mongodb://someone:hunter2@127.0.0.1:${await freePort()}/x`,
      database: 'x',
      log: QUIET,
    });
    const startedAtMs = Date.now();
    await expectCode(away.check(), 'STORE_DOWN');
    expect(Date.now() - startedAtMs).toBeLessThan(7000);
    await expect(away.jobs.get('x' as JobId)).rejects.not.toThrow('hunter2');
    await away.close();
  });

  it('works again by itself after the server was away, and has lost nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'marquee-mongodb-'));
    const port = await freePort();
    let server = await service.start({ folder, port });
    const store = createMongoStore({ url: `mongodb://127.0.0.1:${port}/x`, database: 'x', log: QUIET });
    await store.setup();
    const job = newJob({
      id: newId<JobId>(1),
      movieId: newId<MovieId>(1),
      sourceKey: 'uploads/x/source',
      fileName: 'x.mp4',
      sizeBytes: 1,
      nowMs: 1,
    });
    await store.jobs.insert(job);
    await server.stop();
    const startedAtMs = Date.now();
    await expectCode(store.jobs.get(job.id), 'STORE_DOWN');
    await expectCode(
      store.tasks.claim('x' as TaskId, { holder: 'one', leaseMs: 1000, nowMs: Date.now() }),
      'STORE_DOWN',
    );
    expect(Date.now() - startedAtMs).toBeLessThan(15_000);
    server = await service.start({ folder, port });
    const back = await eventually(() => store.jobs.get(job.id).catch(() => null), 15_000);
    expect(back).toEqual(job);
    await store.close();
    await server.stop();
    await rm(folder, { recursive: true });
  });
});

/** Stands before a server and keeps its answer back to whoever has it build indexes of a collection. */
async function slowToIndex(server: URL, collection: string, holdMs: number) {
  let held = 0;
  const relay = createServer((inward) => {
    const outward = createConnection({ host: server.hostname, port: Number(server.port) });
    inward.on('data', (asked) => {
      if (asked.includes('createIndexes') && asked.includes(collection)) {
        held++;
        outward.pause();
        setTimeout(() => outward.resume(), holdMs);
      }
      outward.write(asked);
    });
    outward.on('data', (answer) => void inward.write(answer));
    for (const [one, other] of [
      [inward, outward],
      [outward, inward],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as { port: number };
  return { url: `mongodb://127.0.0.1:${port}`, held: () => held, close: () => void relay.close() };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}
