import type { Movie } from './movie.ts';
import { foldWords, isArticle, titleKey, typoCount, withoutArticle } from './title-words.ts';

/** Beginnings of words are looked up by so many letters at most; the ranking looks at the rest. */
const PREFIX_LETTERS = 6;
/** Shorter words are taken as they are written: among them nearly every typo is another word. */
const TYPO_LETTERS = 4;
const TWO_TYPOS_LETTERS = 8;
/** A typo behind these letters is found by what comes before it. */
const SOUND_LETTERS = 4;
/** Words of a question that are looked at. */
const MAX_ASKED_WORDS = 12;
/** Films that are read to be ranked, for each way in which they can be found. */
const BY_KEY = 40;
const BY_TERMS = 150;

/** The names that a film is found by. */
type Named = Pick<Movie, 'title' | 'details'>;

/**
 * What a film is found by when the words of a question are looked up as they stand, so that any index that knows
 * equality will do: each word (`cafe`), its beginnings (`c*` to `cafe*`), its forms with a letter left out (`~cae`:
 * two words a typo apart share one; Wolf Garbe, "SymSpell"), and neighbours written as one (`starwars`).
 */
export function searchTerms(movie: Named): string[] {
  const terms = new Set<string>();
  for (const name of [movie.title, movie.details.originalTitle]) {
    const words = foldWords(name);
    words.forEach((word, i) => {
      terms.add(word);
      for (const beginning of beginnings(word)) terms.add(`${beginning}*`);
      for (const less of withOneLess(word)) terms.add(`~${less}`);
      const next = words[i + 1];
      if (next === undefined) return;
      const joined = `${word}${next}`;
      terms.add(joined);
      for (const beginning of beginnings(joined)) if (beginning.length > word.length) terms.add(`${beginning}*`);
    });
  }
  return [...terms];
}

/** Of each group a film has at least one term. */
export type TermGroups = string[][];

/** How a question is looked up. */
export interface SearchPlan {
  words: string[];
  /** What the title begins with, article aside. */
  key: string;
  /** By the words as typed; the last one may be unfinished. Those that say most come first. */
  exact: TermGroups;
  /** The same with room for a typo in each word. */
  near: TermGroups;
}

/** @param text as typed so far */
export function planSearch(text: string): SearchPlan {
  const words = foldWords(text).slice(0, MAX_ASKED_WORDS);
  const last = words.length - 1;
  const said = words
    .map((word, i) => ({ word, isLast: i === last }))
    .filter(({ word }, i, all) => all.length === 1 || i === last || !isArticle(word))
    .sort((a, b) => b.word.length - a.word.length);
  return {
    words,
    key: titleKey(text),
    exact: said.map(({ word, isLast }) => [isLast ? beginningTerm(word) : word]),
    near: said.map(({ word, isLast }) => nearTerms(word, isLast)),
  };
}

function nearTerms(word: string, isLast: boolean): string[] {
  const own = isLast ? [word, beginningTerm(word)] : [word];
  if (word.length < TYPO_LETTERS) return own;
  const less = withOneLess(word);
  // A letter too few is among the film's own forms; one too many gives its word; a wrong one gives a form of both.
  return [
    ...new Set([
      ...own,
      `~${word}`,
      ...less,
      ...less.map((form) => `~${form}`),
      ...(word.length > SOUND_LETTERS + 1 ? [`${word.slice(0, SOUND_LETTERS)}*`] : []),
    ]),
  ];
}

function beginningTerm(word: string): string {
  return `${word.slice(0, PREFIX_LETTERS)}*`;
}

function beginnings(word: string): string[] {
  return Array.from({ length: Math.min(word.length, PREFIX_LETTERS) }, (_, i) => word.slice(0, i + 1));
}

function withOneLess(word: string): string[] {
  if (word.length < TYPO_LETTERS) return [];
  return [...new Set(Array.from(word, (_, i) => word.slice(0, i) + word.slice(i + 1)))];
}

/** What a store has to know to search; each answer may be cut, the newest films first where there are too many. */
export interface TitleIndex {
  /** Films whose `titleKey` begins with this, in its order. */
  byKey(key: string, limit: number): Promise<Movie[]>;
  byTerms(groups: TermGroups, limit: number): Promise<Movie[]>;
}

/** Asks an index as little as will do, and ranks what it finds. @returns at most `limit` films, the best first */
export async function searchTitles(index: TitleIndex, text: string, limit: number): Promise<Movie[]> {
  const plan = planSearch(text);
  if (plan.key === '') return [];
  const found = new Map<string, Movie>();
  const add = (movies: Movie[]) => {
    for (const movie of movies) found.set(movie.id, movie);
  };
  const ranked = () => rankTitles(plan.words, [...found.values()]).slice(0, limit);
  if (plan.words.length === 0) return index.byKey(plan.key, limit);
  const [byKey, byWords] = await Promise.all([index.byKey(plan.key, BY_KEY), index.byTerms(plan.exact, BY_TERMS)]);
  add(byKey);
  add(byWords);
  const exact = ranked();
  if (exact.length >= limit || exact.some((movie) => isWhole(plan, movie))) return exact;
  add(await index.byTerms(plan.near, BY_TERMS));
  const near = ranked();
  if (near.length > 0 || plan.near.length < 2) return near;
  // No film has all of the words: those with the one that says most.
  add(await index.byTerms(plan.near.slice(0, 1), BY_TERMS));
  return ranked();
}

/** Nobody who typed a whole title asks what is spelt like it. */
function isWhole(plan: SearchPlan, movie: Movie): boolean {
  return plan.words.length > 1 && titleKey(movie.title) === plan.key;
}

/**
 * Sorts films by how well they answer: the very title, the title's beginning, all the words in any order, words with
 * typos. Of equals the shorter title comes first, then the newer film. Films that lack more than half of the words are left out.
 *
 * @param words of the question, folded; the last may be unfinished
 */
export function rankTitles(words: string[], movies: Movie[]): Movie[] {
  return movies
    .map((movie) => {
      const names = [movie.title, movie.details.originalTitle].filter((name) => name !== '').map(foldWords);
      return { movie, score: Math.max(...names.map((name) => scoreOf(words, name))), length: movie.title.length };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.length - b.length || (a.movie.id < b.movie.id ? 1 : -1))
    .map(({ movie }) => movie);
}

/** 0 for no answer at all. */
function scoreOf(asked: string[], title: string[]): number {
  const text = asked.join(' ');
  const full = title.join(' ');
  if (full === text) return 1000;
  const [bareText, bareFull] = [withoutArticle(asked).join(' '), withoutArticle(title).join(' ')];
  if (bareFull === bareText) return 980;
  if (full.startsWith(`${text} `)) return 930;
  if (bareFull.startsWith(`${bareText} `)) return 920;
  if (full.startsWith(text)) return 910;
  if (bareFull.startsWith(bareText)) return 900;

  const free = new Set(title.keys());
  let typos = 0;
  let begun = 0;
  let missing = 0;
  let jumps = 0;
  let at = -1;
  asked.forEach((word, i) => {
    const match = bestMatch(word, title, free, i === asked.length - 1);
    if (!match) {
      // An article says nothing by being absent.
      missing += isArticle(word) && i < asked.length - 1 ? 0.1 : 1;
      return;
    }
    for (let k = 0; k < match.takes; k++) free.delete(match.at + k);
    typos += match.typos;
    begun += Number(match.isBeginning);
    if (match.at !== at + 1) jumps++;
    at = match.at + match.takes - 1;
  });
  if (missing * 2 > asked.length) return 0;
  return Math.max(1, 800 - 120 * typos - 200 * missing - 20 * begun - 6 * jumps - 4 * Math.min(free.size, 10));
}

interface Match {
  at: number;
  /** Words of the title that it stands for. */
  takes: number;
  typos: number;
  isBeginning: boolean;
}

function bestMatch(word: string, title: string[], free: Set<number>, isLast: boolean): Match | null {
  const most = word.length < TYPO_LETTERS ? 0 : word.length < TWO_TYPOS_LETTERS ? 1 : 2;
  let best: (Match & { cost: number }) | null = null;
  for (const at of free) {
    const next = free.has(at + 1) ? title[at + 1] : undefined;
    const readings = [{ text: title[at] as string, takes: 1 }];
    if (next !== undefined) readings.push({ text: `${title[at]}${next}`, takes: 2 });
    for (const { text, takes } of readings) {
      const whole = typoCount(word, text, most);
      const begun = isLast ? typoCount(word, text, most, true) : most + 1;
      const typos = Math.min(whole, begun);
      if (typos > most) continue;
      const isBeginning = begun < whole;
      const cost = typos * 10 + Number(isBeginning) + takes;
      if (!best || cost < best.cost) best = { at, takes, typos, isBeginning, cost };
    }
  }
  return best;
}
