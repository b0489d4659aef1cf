import type { SQLInputValue } from 'node:sqlite';
import type { MovieId } from '@marquee/core/ids';
import {
  type MeaningIndex,
  type MeantLine,
  packMeaning,
  packSigns,
  SignIndex,
  searchMeanings,
  unpackSigns,
} from '@marquee/core/meaning';
import {
  type LineIndex,
  type LineTrack,
  type MomentPlan,
  mainLanguage,
  placedWords,
  type SpokenLine,
  searchMoments,
  type WrittenTrack,
} from '@marquee/core/moments';
import type { Store } from '@marquee/core/ports';
import { createSqlite } from './sqlite.ts';

/** Words are folded before they come here, so that what SQLite takes for a word or an accent does not matter. */
const SCHEMA = `
  CREATE TABLE tracks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    movie_id TEXT NOT NULL,
    track_id TEXT NOT NULL,
    language TEXT NOT NULL,
    main_language TEXT NOT NULL,
    UNIQUE (movie_id, track_id)
  );
  CREATE TABLE lines (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    track INTEGER NOT NULL,
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    text TEXT NOT NULL
  );
  CREATE INDEX lines_of_track ON lines (track);
  CREATE TABLE signs (track INTEGER PRIMARY KEY, first_line INTEGER NOT NULL UNIQUE, signs BLOB NOT NULL);
  CREATE TABLE meanings (line INTEGER PRIMARY KEY, meaning BLOB NOT NULL);
  CREATE VIRTUAL TABLE line_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '3'
  );
`;

/** Spoken lines in a file of their own, which may be removed and made anew. */
export function createSqliteMoments(options: { file: string; listed: LineIndex['listed'] }): {
  moments: Store['moments'];
  open(): void;
  close(): void;
} {
  const db = createSqlite({
    file: options.file,
    version: 1,
    schema: SCHEMA,
    downCode: 'STORE_DOWN',
    what: 'index of spoken lines',
  });
  const removeTrack = (number: number) => {
    db.run('DELETE FROM line_words WHERE rowid IN (SELECT number FROM lines WHERE track = ?)', number);
    db.run('DELETE FROM meanings WHERE line IN (SELECT number FROM lines WHERE track = ?)', number);
    db.run('DELETE FROM signs WHERE track = ?', number);
    db.run('DELETE FROM lines WHERE track = ?', number);
    db.run('DELETE FROM tracks WHERE number = ?', number);
  };
  const numbersOf = (movieId: MovieId, trackId?: string) =>
    db.all<{ number: number }>(
      `SELECT number FROM tracks WHERE movie_id = ? ${trackId === undefined ? '' : 'AND track_id = ?'}`,
      ...(trackId === undefined ? [movieId] : [movieId, trackId]),
    );
  const index: LineIndex = {
    listed: options.listed,
    async lines(plan, { asPhrase, limit, without, movieId, language }) {
      const wanted: [string, SQLInputValue][] = [];
      if (movieId !== undefined) wanted.push(['movie_id = ?', movieId]);
      if (language !== undefined) wanted.push(['main_language = ?', mainLanguage(language)]);
      if (without.length > 0)
        wanted.push(['movie_id NOT IN (SELECT value FROM json_each(?))', JSON.stringify(without)]);
      return db.all<SpokenLine & LineTrack>(
        `SELECT movie_id AS movieId, track_id AS trackId, language, start_ms AS startMs, end_ms AS endMs, text
         FROM line_words CROSS JOIN lines ON lines.number = line_words.rowid
           CROSS JOIN tracks ON tracks.number = lines.track
         WHERE line_words MATCH ? ${wanted.map(([condition]) => `AND ${condition}`).join(' ')}
         ORDER BY line_words.rowid DESC LIMIT ?`,
        matchOf(plan, asPhrase),
        ...wanted.map(([, value]) => value),
        limit,
      );
    },
  };
  const signs = new SignIndex();
  const meaningIndex: MeaningIndex = {
    listed: options.listed,
    async near(asked, how) {
      const standing = db.all<{ firstLine: number }>('SELECT first_line AS firstLine FROM signs');
      await signs.sync(
        standing.map(({ firstLine }) => String(firstLine)),
        async (firstLine) => {
          const row = db.get<{ movieId: MovieId; language: string; signs: Uint8Array }>(
            `SELECT movie_id AS movieId, main_language AS language, signs
             FROM signs JOIN tracks ON tracks.number = signs.track WHERE first_line = ?`,
            Number(firstLine),
          );
          return row ? { ...row, signs: unpackSigns(row.signs) } : null;
        },
      );
      const numbers = signs.nearest(asked, how).map(({ block, line }) => Number(block) + line);
      return db
        .all<Omit<MeantLine, 'meaning'> & { meaning: Uint8Array }>(
          `SELECT movie_id AS movieId, track_id AS trackId, language, start_ms AS startMs, end_ms AS endMs, text, meaning
           FROM json_each(?) AS asked
             CROSS JOIN lines ON lines.number = asked.value
             CROSS JOIN tracks ON tracks.number = lines.track
             CROSS JOIN meanings ON meanings.line = lines.number`,
          JSON.stringify(numbers),
        )
        .map((row) => ({ ...row, meaning: new Int8Array(row.meaning) }));
    },
  };
  return {
    moments: {
      async put({ movieId, trackId, language }, lines) {
        db.write('process', () => {
          for (const { number } of numbersOf(movieId, trackId)) removeTrack(number);
          if (lines.length === 0) return;
          db.run(
            'INSERT INTO tracks (movie_id, track_id, language, main_language) VALUES (?, ?, ?, ?)',
            movieId,
            trackId,
            language,
            mainLanguage(language),
          );
          const track = numbersOf(movieId, trackId)[0]?.number as number;
          for (const { startMs, endMs, text } of lines) {
            db.run(
              'INSERT INTO lines (track, start_ms, end_ms, text) VALUES (?, ?, ?, ?)',
              track,
              startMs,
              endMs,
              text,
            );
            db.run(
              'INSERT INTO line_words (rowid, words) VALUES (last_insert_rowid(), ?)',
              placedWords(text)
                .map(({ word }) => word)
                .join(' '),
            );
          }
        });
      },

      async tracks(movieId) {
        return db
          .all<{ trackId: string }>('SELECT track_id AS trackId FROM tracks WHERE movie_id = ? ORDER BY 1', movieId)
          .map(({ trackId }) => trackId);
      },

      async remove(movieId, trackId) {
        db.write('process', () => {
          for (const { number } of numbersOf(movieId, trackId)) removeTrack(number);
        });
      },

      search: (query) => searchMoments(index, query),

      async meaningless({ languages, limit }) {
        return db.all<WrittenTrack>(
          `SELECT CAST(number AS TEXT) AS writing, movie_id AS movieId, track_id AS trackId, language FROM tracks
           WHERE main_language IN (SELECT value FROM json_each(?)) AND number NOT IN (SELECT track FROM signs)
           ORDER BY number LIMIT ?`,
          JSON.stringify(languages),
          limit,
        );
      },

      async lines({ writing }) {
        return db.all<SpokenLine>(
          'SELECT start_ms AS startMs, end_ms AS endMs, text FROM lines WHERE track = ? ORDER BY number',
          Number(writing),
        );
      },

      async putMeanings({ writing }, meanings) {
        const track = Number(writing);
        return db.write('process', () => {
          const lines = db.all<{ number: number }>('SELECT number FROM lines WHERE track = ? ORDER BY number', track);
          if (lines.length === 0 || lines.length !== meanings.length) return false;
          // A track's lines are written in one go, so that their numbers follow each other.
          db.run(
            'INSERT OR REPLACE INTO signs VALUES (?, ?, ?)',
            track,
            lines[0]?.number as number,
            packSigns(meanings),
          );
          for (const [i, { number }] of lines.entries())
            db.run('INSERT OR REPLACE INTO meanings VALUES (?, ?)', number, packMeaning(meanings[i] as Float32Array));
          return true;
        });
      },

      searchMeanings: (query) => searchMeanings(meaningIndex, query),
    },
    open: () => db.open(),
    close: () => db.close(),
  };
}

/** Words hold letters, marks and figures alone, so that quotes are all that has to be put around them. */
function matchOf({ words, isOpen }: MomentPlan, asPhrase: boolean): string {
  const parts = asPhrase ? [words.join(' ')] : words;
  return `${parts.map((part) => `"${part}"`).join(' AND ')}${isOpen ? ' *' : ''}`;
}
