import { type MovieId, newId } from '@marquee/core/ids';
import {
  type LineIndex,
  type LineTrack,
  type MomentPlan,
  mainLanguage,
  placedWords,
  type SpokenLine,
  searchMoments,
} from '@marquee/core/moments';
import type { Store } from '@marquee/core/ports';
import type { Collection, Filter } from 'mongodb';
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
}

export const LINE_INDEXES: Indexes[string] = [
  { key: { terms: 1, _id: -1 }, options: { name: 'by-term' } },
  { key: { movieId: 1, trackId: 1 }, options: { name: 'of-track' } },
];

const FACTS = { projection: { _id: 0, terms: 0, edition: 0, mainLanguage: 0 } };
const INSERTED_AT_ONCE = 500;
const PLACE_DIGITS = 6;

/** Spoken lines, a document each. */
export function mongoMoments(
  lines: Collection<LineDocument>,
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
  return {
    async put(track, all) {
      const edition = newId<string>();
      for (let at = 0; at < all.length; at += INSERTED_AT_ONCE) {
        const documents = all.slice(at, at + INSERTED_AT_ONCE).map(({ startMs, endMs, text }, i) => ({
          _id: `${edition}${String(at + i).padStart(PLACE_DIGITS, '0')}`,
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
      await guard(() => lines.deleteMany({ movieId, trackId, edition: { $lt: edition } }));
    },

    tracks: (movieId) => guard(async () => (await lines.distinct('trackId', { movieId })).sort()),

    async remove(movieId: MovieId, trackId?: string) {
      await guard(() => lines.deleteMany({ movieId, ...(trackId === undefined ? {} : { trackId }) }));
    },

    search: (query) => searchMoments(index, query),
  };
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
