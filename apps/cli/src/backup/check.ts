import { join } from 'node:path';
import { MarqueeError } from '@marquee/core/errors';
import { EXIT } from '../exit.ts';
import { formatBytes, print, say } from '../print.ts';
import { AT_ONCE } from './backup.ts';
import {
  digestOf,
  type IndexedObject,
  type Listing,
  OBJECTS_FILE,
  openSnapshot,
  ROWS_FILE,
  readLines,
} from './folder.ts';
import { inOrder } from './in-order.ts';
import { openPool } from './pool.ts';

/** Of damaged objects so many are named; of more their number. */
const NAMED = 20;

/** `marquee backup FOLDER --check`: reads every byte of a backup again. No engine is needed. */
export async function checkBackup(folder: string, options: { snapshot?: string; json: boolean }): Promise<number> {
  const { name, path, manifest } = await openSnapshot(folder, options.snapshot);
  await checkLists(path, manifest);
  const pool = openPool(folder);
  const damaged: string[] = [];
  const checks = inOrder(readLines<IndexedObject>(join(path, OBJECTS_FILE)), AT_ONCE, async (object) => {
    const found = await digestOf(pool.pathOf(object.sha256));
    return { key: object.key, isWhole: found?.sha256 === object.sha256 && found.sizeBytes === object.sizeBytes };
  });
  for await (const { key, isWhole } of checks) if (!isWhole) damaged.push(key);
  if (options.json) {
    print(JSON.stringify({ snapshot: name, rows: manifest.rows.lines, objects: manifest.objects.lines, damaged }));
  } else if (damaged.length === 0) {
    const bytes = formatBytes(manifest.objectBytes);
    print(`Backup ${name} is whole: ${manifest.rows.lines} rows, ${manifest.objects.lines} objects (${bytes}).`);
  } else {
    for (const key of damaged.slice(0, NAMED)) say(`damaged or missing: ${key}`);
    say(`${damaged.length} of ${manifest.objects.lines} objects of the backup ${name} are damaged or missing.`);
    say('The next backup copies those again that the house still has.');
  }
  return damaged.length === 0 ? EXIT.ok : EXIT.failed;
}

/** @throws MarqueeError CONFIG_INVALID unless both lists are what the manifest says */
export async function checkLists(path: string, manifest: { rows: Listing; objects: Listing }): Promise<void> {
  for (const [file, { sha256 }] of [
    [ROWS_FILE, manifest.rows],
    [OBJECTS_FILE, manifest.objects],
  ] as const) {
    if ((await digestOf(join(path, file)))?.sha256 === sha256) continue;
    throw new MarqueeError(
      'CONFIG_INVALID',
      `The list ${join(path, file)} is damaged or missing: take another backup.`,
    );
  }
}
