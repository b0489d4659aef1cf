import { type MovieId, newId } from '@marquee/core/ids';
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
import { Binary, type Collection, type Filter } from 'mongodb';
import type { Indexes } from './mongo-accounts.ts';
import type { Guard } from './mongo-errors.ts';

/** A line with what it is found by. */
export interface LineDocument extends SpokenLine, LineTrack {
  _id: string;
  mainLanguage: string;
  /** Its words, and neighbours with a space between them, of which a phrase consists. */
  terms: string[];
  /** Of the writing that it came with; later ones are greater. */
  edition: string;
  /** Missing until it is known. */
  meaning?: Binary;
}

/** A track that has lines, as it was last written. */
export interface LineTrackDocument extends LineTrack {
  _id: string;
  mainLanguage: string;
  writing: string;
  hasSigns: boolean;
  /** Of the meanings of all its lines. */
  signs?: Binary;
}

export const LINE_INDEXES: Indexes[string] = [
  { key: { terms: 1, _id: -1 }, options: { name: 'by-term' } },
  { key: { movieId: 1, trackId: 1 }, options: { name: 'of-track' } },
];

export const LINE_TRACK_INDEXES: Indexes[string] = [
  { key: { hasSigns: 1, mainLanguage: 1 }, options: { name: 'by-signs' } },
  { key: { movieId: 1 }, options: { name: 'of-movie' } },
];

const NO_FACTS = { _id: 0, terms: 0, edition: 0, mainLanguage: 0 } as const;
const FACTS = { projection: { ...NO_FACTS, meaning: 0 } };
/** How long it may take until the meanings of a track are looked through. */
const SIGNS_FRESH_MS = 2000;
const DUPLICATE = 11000;
const INSERTED_AT_ONCE = 500;
const PLACE_DIGITS = 6;

/** Spoken lines, a document each. */
export function mongoMoments(
  lines: Collection<LineDocument>,
  writtenTracks: Collection<LineTrackDocument>,
  guard: Guard,
  listed: LineIndex['listed'],
): Store['moments'] {
  const index: LineIndex = {
    listed,
    async lines(plan, { asPhrase, limit, without, movieId, language }) {
      const filter: Filter<LineDocument> = {
        $and: termsOf(plan, asPhrase).map((term) => ({ terms: term })),
        ...(language === undefined ? {} : { mainLanguage: mainLanguage(language) }),
        ...(movieId === undefined ? {} : { movieId }),
        ...(without.length === 0 || movieId !== undefined ? {} : { movieId: { $nin: without } }),
      };
      return guard(() => lines.find(filter, FACTS).sort({ _id: -1 }).limit(limit).toArray());
    },
  };
  const signs = new SignIndex();
  let syncedAtMs = Number.NEGATIVE_INFINITY;
  const meaningIndex: MeaningIndex = {
    listed,
    async near(asked, how) {
      if (performance.now() - syncedAtMs >= SIGNS_FRESH_MS) {
        const standing = await guard(() =>
          writtenTracks.find({ hasSigns: true }, { projection: { writing: 1 } }).toArray(),
        );
        await signs.sync(
          standing.map(({ writing }) => writing),
          async (writing) => {
            const track = await guard(() => writtenTracks.findOne({ hasSigns: true, writing }));
            if (!track?.signs) return null;
            return { ...track, language: track.mainLanguage, signs: unpackSigns(bytesOf(track.signs)) };
          },
        );
        syncedAtMs = performance.now();
      }
      const ids = signs.nearest(asked, how).map(({ block, line }) => lineId(block, line));
      const found = await guard(() => lines.find({ _id: { $in: ids } }, { projection: NO_FACTS }).toArray());
      return found.flatMap(({ meaning, ...line }): MeantLine[] =>
        meaning ? [{ ...line, meaning: new Int8Array(bytesOf(meaning)) }] : [],
      );
    },
  };
  const trackKey = ({ movieId, trackId }: Pick<LineTrack, 'movieId' | 'trackId'>) => `${movieId} ${trackId}`;
  return {
    async put(track, all) {
      const edition = newId<string>();
      for (let at = 0; at < all.length; at += INSERTED_AT_ONCE) {
        const documents = all.slice(at, at + INSERTED_AT_ONCE).map(({ startMs, endMs, text }, i) => ({
          _id: lineId(edition, at + i),
          ...track,
          mainLanguage: mainLanguage(track.language),
          startMs,
          endMs,
          text,
          terms: lineTerms(text),
          edition,
        }));
        await guard(() => lines.insertMany(documents, { ordered: false }));
      }
      // Nothing spans documents: for a moment both editions are there, and a search shows one of two equal lines.
      const { movieId, trackId } = track;
      await guard(() => noteWriting(track, edition, all.length > 0));
      await guard(() => lines.deleteMany({ movieId, trackId, edition: { $lt: edition } }));
    },

    tracks: (movieId) => guard(async () => (await lines.distinct('trackId', { movieId })).sort()),

    async remove(movieId: MovieId, trackId?: string) {
      const which = { movieId, ...(trackId === undefined ? {} : { trackId }) };
      await guard(() => writtenTracks.deleteMany(which));
      await guard(() => lines.deleteMany(which));
    },

    search: (query) => searchMoments(index, query),

    async meaningless({ languages, limit }) {
      const wanted = { hasSigns: false, mainLanguage: { $in: [...languages] } };
      const found = await guard(() => writtenTracks.find(wanted).sort({ writing: 1 }).limit(limit).toArray());
      return found.map(({ movieId, trackId, language, writing }) => ({ movieId, trackId, language, writing }));
    },

    lines({ movieId, trackId, writing }) {
      const facts = { projection: { _id: 0, startMs: 1, endMs: 1, text: 1 } };
      return guard(() => lines.find({ movieId, trackId, edition: writing }, facts).sort({ _id: 1 }).toArray());
    },

    async putMeanings(track: WrittenTrack, meanings) {
      const { writing } = track;
      const standing = { _id: trackKey(track), writing };
      if ((await guard(() => writtenTracks.countDocuments(standing))) === 0) return false;
      for (let at = 0; at < meanings.length; at += INSERTED_AT_ONCE) {
        const updates = meanings.slice(at, at + INSERTED_AT_ONCE).map((meaning, i) => ({
          updateOne: {
            filter: { _id: lineId(writing, at + i) },
            update: { $set: { meaning: new Binary(new Uint8Array(packMeaning(meaning).buffer)) } },
          },
        }));
        await guard(() => lines.bulkWrite(updates, { ordered: false }));
      }
      const told = { $set: { hasSigns: true, signs: new Binary(packSigns(meanings)) } };
      const { matchedCount } = await guard(() => writtenTracks.updateOne(standing, told));
      return matchedCount === 1;
    },

    searchMeanings: (query) => searchMeanings(meaningIndex, query),
  };

  /** Of two writings at once the later one stays. */
  async function noteWriting(track: LineTrack, writing: string, hasLines: boolean): Promise<void> {
    const earlier = { _id: trackKey(track), writing: { $lt: writing } };
    if (!hasLines) return void (await writtenTracks.deleteOne(earlier));
    const facts = { ...track, mainLanguage: mainLanguage(track.language), writing, hasSigns: false };
    await writtenTracks
      .updateOne(earlier, { $set: facts, $unset: { signs: '' } }, { upsert: true })
      .catch((error: { code?: unknown }) => {
        if (error.code !== DUPLICATE) throw error;
      });
  }
}

function lineId(edition: string, line: number): string {
  return `${edition}${String(line).padStart(PLACE_DIGITS, '0')}`;
}

function bytesOf(binary: Binary): Uint8Array {
  return binary.value();
}

function lineTerms(text: string): string[] {
  const words = placedWords(text).map(({ word }) => word);
  return [...new Set(words.flatMap((word, i) => (i === 0 ? [word] : [word, `${words[i - 1]} ${word}`])))];
}

/** The longest first: they are the rarest. A phrase's last pair goes on where its last word does. */
function termsOf({ words, isOpen }: MomentPlan, asPhrase: boolean): (string | RegExp)[] {
  const whole = asPhrase ? words.slice(1).map((word, i) => `${words[i]} ${word}`) : [...words];
  if (!isOpen) return whole.sort((a, b) => b.length - a.length);
  const last = whole.pop() ?? '';
  // Pairs have a space in them: a word that goes on is none of theirs.
  const open = new RegExp(`^${last}${asPhrase ? '' : '[^ ]*$'}`);
  return [...whole.sort((a, b) => b.length - a.length), open];
}
