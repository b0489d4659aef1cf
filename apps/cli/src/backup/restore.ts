import { join } from 'node:path';
import { type BackupRow, holdsNothing, writeRow } from '@marquee/core/backup-rows';
import { MarqueeError } from '@marquee/core/errors';
import { indexMoments } from '@marquee/core/index-moments';
import type { Objects, Store } from '@marquee/core/ports';
import { isHolderDead } from '@marquee/workers/runtime/holder';
import { PRESENT_MS } from '../crew.ts';
import { EXIT } from '../exit.ts';
import { print, say } from '../print.ts';
import { runSession, type Session } from '../session.ts';
import { AT_ONCE } from './backup.ts';
import { checkLists } from './check.ts';
import { type IndexedObject, OBJECTS_FILE, openSnapshot, ROWS_FILE, readLines } from './folder.ts';
import { inOrder } from './in-order.ts';
import { openPool, type Pool } from './pool.ts';

/**
 * `marquee restore FOLDER`: puts a backup back into a house, whatever engines it has.
 *
 * @param options.add into a house that has something already: what stands there stays, what is missing comes back. So a
 *                    restore that was broken off is gone on with, too.
 */
export async function restore(
  folder: string,
  options: { snapshot?: string; add: boolean; json: boolean },
): Promise<number> {
  // Before anything is opened: a house must not come to be for a backup that cannot be read.
  const { name, path, manifest } = await openSnapshot(folder, options.snapshot);
  await checkLists(path, manifest);
  return runSession({ logLevel: 'warn' }, async (session) => {
    await refuseUnfit(session, options.add);
    const { engines, interrupted } = session;
    const pool = openPool(folder);
    let objects = 0;
    const index = readLines<IndexedObject>(join(path, OBJECTS_FILE));
    for await (const isNew of inOrder(index, AT_ONCE, (object) => {
      interrupted.throwIfAborted();
      return putBack(engines.objects, pool, object);
    })) {
      if (isNew) objects++;
    }
    const films: Parameters<typeof indexMoments>[1][] = [];
    // As in everyday life objects are there before the store speaks of them.
    for await (const row of readLines<BackupRow>(join(path, ROWS_FILE))) {
      interrupted.throwIfAborted();
      await writeRow(engines.store, row);
      if (row[0] === 'movie') films.push(row[1].id);
    }
    let unread = 0;
    for (const id of films) {
      interrupted.throwIfAborted();
      await indexMoments(engines, id, { anew: true }).catch((error: unknown) => {
        unread++;
        say(`${id}: what is said in it was not indexed: ${error instanceof Error ? error.message : String(error)}`);
      });
    }
    if (options.json) {
      print(JSON.stringify({ snapshot: name, rows: manifest.rows.lines, objects, films: films.length, unread }));
    } else {
      print(
        `Restored ${name}: ${manifest.rows.lines} rows of the store and ${objects} objects, ${films.length} films.`,
      );
      if (unread > 0) print('Run "marquee moments index" to have the rest of what is said in films found.');
    }
    return EXIT.ok;
  });
}

/** @returns false if an object of this key stands already */
async function putBack(objects: Objects, pool: Pool, object: IndexedObject): Promise<boolean> {
  const { key, contentType, cacheControl } = object;
  if ((await objects.head(key)) !== null) return false;
  const label = { contentType, ...(cacheControl === undefined ? {} : { cacheControl }), ifAbsent: true };
  return (await objects.put(key, pool.read(object), label)) !== null;
}

/** @throws MarqueeError CONFIG_INVALID if somebody is at work in the house, or it has content and may not have */
async function refuseUnfit({ engines: { store, objects } }: Session, mayHold: boolean): Promise<void> {
  const seen = await store.presence.list(Date.now() - PRESENT_MS);
  if (seen.some(({ holder }) => !isHolderDead(holder))) {
    throw new MarqueeError('CONFIG_INVALID', 'Processes of Marquee are at work in this house. Stop them first.');
  }
  if (mayHold || (await isEmpty(store, objects))) return;
  throw new MarqueeError(
    'CONFIG_INVALID',
    'This house has films, people or objects already, and nothing was restored. Take an empty one (another MARQUEE_DATA, database and bucket), or use --add: what stands here stays, and what is missing comes back.',
  );
}

async function isEmpty(store: Store, objects: Objects): Promise<boolean> {
  if (!(await holdsNothing(store))) return false;
  for (const folder of ['media/', 'uploads/']) for await (const _ of objects.list(folder)) return false;
  return true;
}
