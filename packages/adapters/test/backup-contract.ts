import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BackupRow, holdsNothing, readRows, writeRow } from '@marquee/core/backup-rows';
import { type AuditId, type EventId, idOf, newId, type WebhookId } from '@marquee/core/ids';
import type { Store } from '@marquee/core/ports';
import { newApiToken } from '@marquee/core/token-secrets';
import { newDelivery } from '@marquee/core/webhook-events';
import { describe, expect, it } from 'vitest';
import { createSqliteStore } from '../src/sqlite-store.ts';
import type { Engine } from './engine.ts';
import { job, movie, planned, T0 } from './store-samples.ts';

/** Viewings of long ago may be gone. */
const NOW_MS = Date.now();

/** Holds a store to what backups need of it: what it gives any other engine can take, and the other way round. */
export function describeBackupContract(name: string, open: () => Promise<Engine<Store>>): void {
  describe(`backup contract: ${name}`, () => {
    it('gives all that it holds, and has it again from any engine', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'marquee-rows-'));
      const between = createSqliteStore({ file: join(folder, 'marquee.db') });
      const [first, second] = [await open(), await open()];
      try {
        await between.setup();
        expect(await holdsNothing(first.port)).toBe(true);
        await fill(first.port);
        expect(await holdsNothing(first.port)).toBe(false);
        const rows = await rowsOf(first.port);
        expect(new Set(rows.map(([kind]) => kind)).size).toBe(11);
        for (const row of rows) await writeRow(between, row);
        expect(await rowsOf(between)).toEqual(rows);
        for (const row of await rowsOf(between)) await writeRow(second.port, row);
        expect(await rowsOf(second.port)).toEqual(rows);
        // Put back once more, or over something newer, they change nothing.
        await second.port.library.keep('u1', 'own:film', { rating: 1, ratedAtMs: T0 + 9 });
        for (const row of rows) await writeRow(second.port, row);
        expect((await second.port.library.get('u1', 'own:film'))?.rating).toBe(1);
        expect((await rowsOf(second.port)).length).toBe(rows.length);
      } finally {
        await between.close();
        await first.close();
        await second.close();
        await rm(folder, { recursive: true });
      }
    });

    it('goes on with a restored task under the fence that it had', async () => {
      const [first, second] = [await open(), await open()];
      try {
        const { running } = await fill(first.port);
        for await (const row of readRows(first.port)) await writeRow(second.port, row);
        const claim = { holder: 'other', leaseMs: 1000, nowMs: T0 + 100_000 };
        const taken = await second.port.tasks.claim(running, claim);
        expect(taken).toMatchObject({ task: { fence: 2, runs: [{ worker: 'w1' }, { worker: 'other' }] } });
      } finally {
        await first.close();
        await second.close();
      }
    });
  });
}

async function rowsOf(store: Store): Promise<BackupRow[]> {
  const rows: BackupRow[] = [];
  for await (const row of readRows(store)) rows.push(row);
  // Tasks, and what has no order of its own, come in any.
  const texts = rows.map((row) =>
    row[0] === 'tasks' ? (['tasks', row[1].toSorted((a, b) => (a.id < b.id ? -1 : 1))] as BackupRow) : row,
  );
  return texts.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key(row: BackupRow): string {
  const [first] = [row.at(-1)].flat() as Record<string, unknown>[];
  return [row[0], row[0] === 'account' ? row[1] : '', first?.id, first?.session, first?.userId, first?.title].join(' ');
}

/** Something of everything. */
async function fill(store: Store) {
  const [a, b] = [job(), job({ nowMs: T0 + 1 })];
  const film = movie(T0, { readyJobId: a.id });
  const tasks = [planned(a.id, '00000'), planned(a.id, '00001', 1), planned(b.id, '00000')] as const;
  const [done, running] = tasks;
  await store.jobs.insert(a);
  await store.jobs.insert(b);
  await store.jobs.update(a.id, 0, { status: 'ready', finishedAtMs: T0, settledAtMs: T0 });
  await store.tasks.insert([...tasks]);
  await store.tasks.open([done.id, running.id]);
  const claim = { holder: 'w1', leaseMs: 1000, nowMs: T0 };
  for (const { id } of [done, running]) await store.tasks.claim(id, claim);
  await store.tasks.finish(done.id, 1, { chunk: 0, rungs: [], toolSpeed: 2.5 }, T0 + 5, [
    { tool: 'ffmpeg', startedAtMs: T0, tookMs: 4, outcome: 'done' },
  ]);
  await store.movies.insert(film);
  await store.movies.insert(movie(T0 + 1, { title: 'Nacht “映画”' }));
  await store.accounts.insert('user', { id: 'u1', email: 'ann@example.org', name: 'Ann', isOpen: true, age: null });
  await store.accounts.insert('account', { id: 'p1', userId: 'u1', password: 'hash' });
  await store.library.keep('u1', 'own:film', { positionSec: 7, positionAtMs: T0, favouriteAtMs: T0 });
  await store.library.keep('u1', 'film:77', { rating: 3, ratedAtMs: T0 });
  const facts = { name: 'night', scopes: ['jobs:read' as const], madeBy: { id: 'u1', name: 'Ann' }, expiresAtMs: null };
  const { row: token } = newApiToken(facts, T0);
  await store.apiTokens.insert(token);
  await store.apiTokens.markUsed(token.id, T0 + 60_000);
  const webhookId = newId<WebhookId>(T0);
  await store.webhooks.insert({
    ...{ id: webhookId, url: 'https://example.org/hook', events: ['job.ready'], secret: 'whsec_A', createdAtMs: T0 },
    ...{ version: 3, failingSinceMs: null, lastFailureAtMs: null, disabled: null },
  });
  const event = { eventId: idOf<EventId>(T0, 'event'), webhookId, type: 'job.ready' as const, body: '{}' };
  await store.webhooks.announce([newDelivery({ ...event, dueAtMs: T0, proviso: null }, T0)]);
  await store.settings.update(0, { houseName: 'Lichtspiele', maxRungPx: 1080 });
  await store.audit.record({
    ...{ id: newId<AuditId>(T0), action: 'film.uploaded', subject: null, detail: null },
    actor: { kind: 'command', id: null, name: 'marquee', address: null },
  } as never);
  const viewing = { report: 2, startupMs: 340, stalls: 1, stalledMs: 20, watchedSec: 8.5, rungSec: { '720': 8.5 } };
  await store.viewings.keep({
    ...{ session: 'a'.repeat(32), movieId: film.id, beganAtMs: NOW_MS, browser: 'Firefox', engine: 'hls.js' },
    ...{ ...viewing, error: null },
  });
  return { running: running.id };
}
