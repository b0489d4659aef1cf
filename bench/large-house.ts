import { readFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { createSqliteStore } from '@marquee/adapters/sqlite-store';
import { type JobId, type MovieId, newId } from '@marquee/core/ids';
import { type Movie, newMovie } from '@marquee/core/movie';
import { random, titlesFrom } from './search-titles.ts';

export const SEED = 20_261_125;
/** When the newest film came, in milliseconds since 1970. */
export const NOW_MS = 1_800_000_000_000;
/** Two of so many genres, of which the first are the commonest, and eight of so many people: as large houses have them. */
const GENRES = 18;
const PEOPLE = 40_000;

/** Tables that are today what they were then. */
const VERSION_1 = ['jobs', 'presence', 'tasks', 'sqlite_sequence'];

/** Different titles, the same at every run, made from the names in a catalogue or of invented words where it is not there. */
export async function largeHouse(catalogue: string, count: number, say: (line: string) => void): Promise<string[]> {
  return titlesFrom(await namesFrom(catalogue, say), count, random(SEED));
}

async function namesFrom(file: string, say: (line: string) => void): Promise<string[]> {
  try {
    const rows = JSON.parse(await readFile(file, 'utf8')) as { Title: unknown }[];
    return rows.map((row) => row.Title).filter((title): title is string => typeof title === 'string');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    say(`${file}: skipped, it is not there; titles are made of invented words`);
    return [];
  }
}

/** A film that everybody finds. @param i its place, the newest first */
export function movieOf(title: string, i: number): Movie {
  const nowMs = NOW_MS - i * 1000;
  const movie = newMovie({ id: newId<MovieId>(nowMs), title, nowMs });
  const dice = random(SEED + i);
  const genres = [1, 2].map(() => `Genre ${Math.floor(dice() ** 2 * GENRES)}`);
  const cast = Array.from({ length: 8 }, () => ({ name: `Person ${Math.floor(dice() ** 2 * PEOPLE)}`, role: '' }));
  return { ...movie, details: { ...movie.details, genres, cast }, readyJobId: 'job' as JobId };
}

/**
 * A file of the embedded store with films as version 1 kept them, made in one go, so that opening it brings it up to date:
 * to insert them one by one takes minutes.
 */
export async function storeOfVersion1(file: string, titles: string[]): Promise<void> {
  const store = createSqliteStore({ file });
  await store.setup();
  await store.close();
  const db = new DatabaseSync(file);
  // What is not of version 1, or is made anew from it, goes; the rest is as it was then.
  const made = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT NULL").all();
  for (const { name } of made) {
    if (!VERSION_1.includes(String(name))) db.exec(`DROP TABLE IF EXISTS "${name}"`);
  }
  db.exec('DROP INDEX jobs_analysed');
  db.exec('CREATE TABLE movies (id TEXT PRIMARY KEY, version INTEGER NOT NULL, document TEXT NOT NULL); BEGIN');
  const insert = db.prepare('INSERT INTO movies (id, version, document) VALUES (?, 0, ?)');
  titles.forEach((title, i) => {
    const movie = movieOf(title, i);
    insert.run(movie.id, JSON.stringify(movie));
  });
  db.exec('COMMIT; PRAGMA user_version = 1');
  db.close();
}
