import type { MovieId } from './ids.ts';
import { foldWords } from './title-words.ts';

/** Words of somebody in a film, from `startMs` to `endMs` of it. */
export interface SpokenLine {
  startMs: number;
  endMs: number;
  text: string;
}

/** Whose lines they are: one subtitle track of one film. */
export interface LineTrack {
  movieId: MovieId;
  trackId: string;
  /** BCP 47, `und` where nobody knows. */
  language: string;
}

/** Names of the tracks of what stands in the picture and of what it shows, behind a version's id and a slash. */
export const LETTERS_TRACK = 'letters';
export const SEEN_TRACK = 'seen';

/** Whether a line is what somebody says, what stands in the picture, or words for what it shows; those come in this order. */
const KINDS = ['said', 'letters', 'seen'] as const;
export type MomentKind = (typeof KINDS)[number];

/** Tracks of subtitles have names with a hyphen, or are uploads. */
export function momentKind(trackId: string): MomentKind {
  return trackId.endsWith(`/${LETTERS_TRACK}`) ? 'letters' : trackId.endsWith(`/${SEEN_TRACK}`) ? 'seen' : 'said';
}

/** A line that was looked for. */
export interface Moment extends SpokenLine, LineTrack {
  /** Where words of the question stand in the text, as `[start, end)` in UTF-16 units, in order. */
  matches: [start: number, end: number][];
}

/** Narrows a search down. A language finds all of its kinds: `en` finds `en-GB`. */
export interface MomentFilter {
  movieId?: MovieId;
  language?: string;
}

/** The store's part: lines of films and what they are found by. It can be made anew from the films' tracks at any time. */
export interface MomentRepository {
  /** Puts all lines of a track in the place of those that were there; of two at once the later one stays. */
  put(track: LineTrack, lines: readonly SpokenLine[]): Promise<void>;
  /** Ids of a film's tracks that have lines. */
  tracks(movieId: MovieId): Promise<string[]>;
  /** Removes one track's lines, or all of a film's. */
  remove(movieId: MovieId, trackId?: string): Promise<void>;
  /**
   * Lines that hold all words of a question, in any order and with any accents; the last word may be unfinished. Only of
   * films that stand in lists at `listedAtMs`, as they are now, the best first. Every engine finds the same.
   *
   * @param query.limit `MAX_MOMENTS` at most
   */
  search(query: { text: string; limit: number; listedAtMs: number } & MomentFilter): Promise<Moment[]>;
  /** Tracks in one of these languages (see `mainLanguage`) whose lines' meanings are not there yet. */
  meaningless(query: { languages: readonly string[]; limit: number }): Promise<WrittenTrack[]>;
  /** A track's lines as they were put, in order. */
  lines(track: WrittenTrack): Promise<SpokenLine[]>;
  /**
   * Puts in the meanings of all lines of a track, in order (see `Embedder`).
   *
   * @returns false if the track is no longer the one that was written then
   */
  putMeanings(track: WrittenTrack, meanings: readonly Float32Array[]): Promise<boolean>;
  /** Lines that say something like it in whatever words, the nearest first, as `search` shows them, without matches. */
  searchMeanings(query: { meaning: Float32Array; limit: number; listedAtMs: number } & MomentFilter): Promise<Moment[]>;
}

/** A track's lines as one writing of them. */
export interface WrittenTrack extends LineTrack {
  /** Another one after each `put`. */
  writing: string;
}

export const MAX_MOMENTS = 50;
/** Words of a question that are looked at. */
const MAX_ASKED_WORDS = 12;
/** A last word counts as unfinished from here on: shorter ones begin too many others. */
const BEGINNING_LETTERS = 3;
/** Lines that are read to be ranked, for each way in which they are found. */
const READ_LINES = 200;
/** How often lines are read anew because films among them are not to be seen. */
const MAX_ROUNDS = 4;
/** The same words of one film this near to each other are one moment in two tracks. */
const SAME_MOMENT_MS = 3000;

/** A word with its place in the text. */
interface PlacedWord {
  word: string;
  start: number;
  end: number;
}

const WORDS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{M}\p{N}'’ʼ`])+|&/gu;

/** The words of a line as they are compared, each with its place. */
export function placedWords(text: string): PlacedWord[] {
  return [...text.matchAll(WORDS)].flatMap(({ 0: found, index }) =>
    foldWords(found).map((word) => ({ word, start: index, end: index + found.length })),
  );
}

/** How a question is looked up. */
export interface MomentPlan {
  words: string[];
  /** Whether the last word may be the beginning of one. */
  isOpen: boolean;
}

/** @param text as typed so far */
export function planMoments(text: string): MomentPlan {
  const words = placedWords(text)
    .map(({ word }) => word)
    .slice(0, MAX_ASKED_WORDS);
  return { words, isOpen: (words.at(-1)?.length ?? 0) >= BEGINNING_LETTERS };
}

/** Where an engine looks: the newest lines that hold all words, or that hold them beside each other in order. */
export interface LineIndex {
  lines(
    plan: MomentPlan,
    how: { asPhrase: boolean; limit: number; without: MovieId[] } & MomentFilter,
  ): Promise<(SpokenLine & LineTrack)[]>;
  /** Those of the films that stand in lists then. */
  listed(ids: MovieId[], atMs: number): Promise<Set<MovieId>>;
}

/** Asks an index for a phrase, and for its words where that was not enough; ranks what may be seen. */
export async function searchMoments(
  index: LineIndex,
  query: Parameters<MomentRepository['search']>[0],
): Promise<Moment[]> {
  const { text, listedAtMs, limit: asked, ...filter } = query;
  const limit = Math.min(asked, MAX_MOMENTS);
  const plan = planMoments(text);
  if (plan.words.length === 0 || limit < 1) return [];
  const hidden = new Set<MovieId>();
  const found: Moment[] = [];
  const read = (asPhrase: boolean) =>
    readListed(index, { listedAtMs, hidden, fewest: limit }, (without) =>
      index.lines(plan, { ...filter, asPhrase, limit: READ_LINES, without }),
    );
  const ways = plan.words.length > 1 ? [true, false] : [false];
  for (const asPhrase of ways) {
    for (const line of await read(asPhrase)) found.push({ ...line, matches: matchesOf(plan, line.text) });
    if (found.length >= limit) break;
  }
  return rankMoments(plan, found).slice(0, limit);
}

/**
 * Reads lines until enough are of listed films: those that are not to be seen must not take the places of others.
 *
 * @param what.hidden films that are known not to be seen; more are added
 * @param what.fewest how many are enough
 */
export async function readListed<L extends LineTrack>(
  index: Pick<LineIndex, 'listed'>,
  what: { listedAtMs: number; hidden: Set<MovieId>; fewest: number },
  read: (without: MovieId[]) => Promise<L[]>,
): Promise<L[]> {
  for (let round = 1; ; round++) {
    const lines = await read([...what.hidden]);
    const ids = [...new Set(lines.map(({ movieId }) => movieId))];
    const listed = await index.listed(ids, what.listedAtMs);
    for (const id of ids) if (!listed.has(id)) what.hidden.add(id);
    const seen = lines.filter(({ movieId }) => listed.has(movieId));
    if (seen.length >= what.fewest || listed.size === ids.length || round === MAX_ROUNDS) return seen;
  }
}

/** Where the words of a question stand in a text. */
export function matchesOf({ words, isOpen }: MomentPlan, text: string): Moment['matches'] {
  const last = words.at(-1) ?? '';
  const isAsked = (word: string) => words.includes(word) || (isOpen && word.startsWith(last));
  // What is one word to the eye may be two to be found by.
  const ends = new Map(
    placedWords(text)
      .filter(({ word }) => isAsked(word))
      .map(({ start, end }) => [start, end]),
  );
  return [...ends];
}

/** Whether all words of a question stand in a text, in any order. */
export function holdsAll({ words, isOpen }: MomentPlan, text: string): boolean {
  const said = placedWords(text).map(({ word }) => word);
  const last = words.at(-1) ?? '';
  return words.every(
    (word) => said.includes(word) || (isOpen && word === last && said.some((each) => each.startsWith(last))),
  );
}

/** The very words in their order first, then words near each other, then what is said before what is seen, then short lines; the newest film, its beginning. */
export function rankMoments(plan: MomentPlan, moments: readonly Moment[]): Moment[] {
  const weighed = moments.map((moment) => {
    const said = placedWords(moment.text).map(({ word }) => word);
    const kind = KINDS.indexOf(momentKind(moment.trackId));
    return { moment, kind, said: said.join(' '), ...weightOf(plan, said) };
  });
  weighed.sort(
    (a, b) =>
      a.weight - b.weight ||
      a.kind - b.kind ||
      a.said.length - b.said.length ||
      (a.moment.movieId < b.moment.movieId ? 1 : a.moment.movieId > b.moment.movieId ? -1 : 0) ||
      a.moment.startMs - b.moment.startMs ||
      (a.moment.trackId < b.moment.trackId ? -1 : 1),
  );
  const kept: typeof weighed = [];
  const bySaid = new Map<string, Moment[]>();
  for (const each of weighed) {
    const key = `${each.moment.movieId} ${each.said}`;
    const same = bySaid.get(key) ?? [];
    if (same.some(({ startMs }) => Math.abs(startMs - each.moment.startMs) <= SAME_MOMENT_MS)) continue;
    bySaid.set(key, [...same, each.moment]);
    kept.push(each);
  }
  return kept.map(({ moment }) => moment);
}

/** Less is better: 0 for the phrase itself, 1 where its last word goes on, more the farther the words lie apart. */
function weightOf({ words, isOpen }: MomentPlan, said: string[]): { weight: number } {
  const last = words.length - 1;
  const fits = (i: number, word: string | undefined) =>
    word === words[i] || (isOpen && i === last && word?.startsWith(words[i] as string) === true);
  let weight = Number.POSITIVE_INFINITY;
  for (let at = 0; at + last < said.length; at++) {
    if (!words.every((_, i) => fits(i, said[at + i]))) continue;
    weight = Math.min(weight, said[at + last] === words[last] ? 0 : 1);
  }
  if (weight < 2) return { weight };
  const places = said.flatMap((word, at) => (words.some((_, i) => fits(i, word)) ? [at] : []));
  return { weight: 2 + ((places.at(-1) ?? 0) - (places[0] ?? 0)) };
}

/** What languages are compared by. */
export function mainLanguage(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
}
