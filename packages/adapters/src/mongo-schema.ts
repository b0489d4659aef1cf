import { MarqueeError } from '@marquee/core/errors';
import type { Collection } from 'mongodb';
import type { Guard } from './mongo-errors.ts';

/**
 * What `setup` of this code makes of a database. `version` is raised with each change that `setup` has to carry out.
 * `oldest` is the oldest version whose code works on it as well; it is raised only when earlier code would misread what
 * stands there, and then no process of an earlier version can run beside this one.
 */
export const MONGO_SCHEMA = { version: 1, oldest: 1 };

/** One document, written by `setup`. */
export interface SchemaDocument {
  _id: string;
  version: number;
  oldest: number;
}

const ID = 'schema';

/**
 * Refuses a database that was set up by code which this one cannot work beside.
 *
 * @returns the version that stands; 0 for a new database, and for one of before there were versions
 * @throws MarqueeError CONFIG_INVALID
 */
export async function refuseNewer(schema: Collection<SchemaDocument>, guard: Guard): Promise<number> {
  const standing = await guard(() => schema.findOne({ _id: ID }));
  if (standing === null) return 0;
  if (standing.oldest <= MONGO_SCHEMA.version) return standing.version;
  throw new MarqueeError(
    'CONFIG_INVALID',
    `The database ${schema.dbName} was set up by a newer version of Marquee (schema ${standing.version}, this one knows ${MONGO_SCHEMA.version}). Use that version, or another database in MONGODB_URL.`,
  );
}

/** Notes that `setup` has done all that it does. Of two at once, or an earlier one later, the newer stays. */
export async function noteSchema(schema: Collection<SchemaDocument>, guard: Guard): Promise<void> {
  await guard(() => schema.updateOne({ _id: ID }, { $max: { ...MONGO_SCHEMA } }, { upsert: true }));
}
