import type { Cue } from './cues.ts';
import {
  atMost,
  cleanText,
  type FilmWords,
  LONGEST_SUGGESTION,
  NO_SUGGESTIONS,
  type Suggestions,
  spokenText,
  wordsIn,
} from './description.ts';
import { genresByWords } from './genre-words.ts';
import { guessLanguage, stopWords } from './stop-words.ts';

/** Fewer words say nothing of what a film is about. */
const LEAST_WORDS = 60;
/** What a synopsis of quotations has, at most. */
const SENTENCES = 4;
const CHARACTERS = Math.min(600, LONGEST_SUGGESTION.synopsis);
/** In characters: what can stand for itself, and what is read in one go. */
const SHORTEST_SENTENCE = 25;
const LONGEST_SENTENCE = 220;
/** Questions, and what breaks off, say less of a film than they seem to. */
const WEAK_END = /(?:\?|\.\.\.|…|[^.!。！])$/u;
const WEAK = 0.5;
/** No sentence ends after these. */
const TITLE = /(?:^|\s)(?:Mr|Mrs|Ms|Dr|St|Prof|Lt|Col|Gen|Capt|Sgt|Mme|Mlle|Sr|Sra)\.\s*$/;
/** Sentences are taken from this part of the film, so that the end is not given away. */
const BEFORE_END = 0.75;
/** Two sentences this much alike say the same. */
const ALIKE = 0.4;
/** More are thinned out evenly: a film's worth of them. */
const MOST_SENTENCES = 1500;
/** A word that a larger share of many sentences has tells none from the others. */
const COMMON = 0.15;
const LEAST_COMMON = 30;
/** A pause after which a new sentence begins in subtitles without marks. */
const PAUSE_MS = 3000;
/** As in PageRank (Brin and Page, 1998), which LexRank borrows. */
const DAMPING = 0.85;
const ROUNDS = 20;
const LEAST_SIMILARITY = 0.1;

interface Sentence {
  text: string;
  startMs: number;
  /** What it is about, each word by its weight; a vector of length 1. */
  weights: Map<string, number>;
}

interface OwnWords {
  suggestions: Suggestions;
  skipped: string | null;
  /** So little is said that nobody could tell what the film is about. */
  isTooLittle: boolean;
}

/**
 * Describes a film by what is said in it, without a model of any kind: the sentences that most others are like (LexRank:
 * Erkan and Radev, 2004), quoted, and genres by their words.
 *
 * @returns what was found, and a sentence on what was not; null if nothing is missing that could be there
 */
export function describeByOwnWords(film: FilmWords): OwnWords {
  const spoken = film.cues.map(spokenText).join('\n');
  const count = wordsIn(spoken);
  if (count < LEAST_WORDS) {
    const said = count === 0 ? 'Nothing is' : count === 1 ? 'One word is' : `${count} words are`;
    const skipped = `${said} said in the film${count === 0 ? '.' : ': too little to tell what it is about.'}`;
    return { suggestions: NO_SUGGESTIONS, skipped, isTooLittle: true };
  }
  const words = wordsOf(spoken, wordSegmenter(film.language));
  const language = film.language === null || film.language === 'und' ? guessLanguage(words) : film.language;
  const genres = genresByWords(words, language);
  const synopsis = quotations(film.cues, language);
  const missing = [
    synopsis === '' ? 'No sentence of the film says enough to stand for it.' : '',
    genres === null ? 'Genres are told from English words alone.' : '',
    genres?.length === 0 ? 'No genre speaks from its words.' : '',
  ].filter((sentence) => sentence !== '');
  return {
    suggestions: { ...NO_SUGGESTIONS, synopsis, genres: genres ?? [] },
    skipped: missing.join(' ') || null,
    isTooLittle: false,
  };
}

/** The sentences that say most, as quotations, in the order of the film. */
function quotations(cues: readonly Cue[], language: string | null): string {
  const sentences = weighed(sentencesOf(cues, language), language);
  const endMs = (cues.at(-1)?.endMs ?? 0) * BEFORE_END;
  const ranks = lexRank(sentences);
  const ranked = sentences
    .map((sentence, i) => ({ sentence, rank: (ranks[i] ?? 0) * (WEAK_END.test(sentence.text) ? WEAK : 1) }))
    .filter(({ sentence: { text, startMs } }) => startMs < endMs && text.length >= SHORTEST_SENTENCE)
    .sort((a, b) => b.rank - a.rank);
  const chosen: Sentence[] = [];
  let characters = 0;
  for (const { sentence } of ranked) {
    if (chosen.length === SENTENCES) break;
    if (characters + sentence.text.length > CHARACTERS) continue;
    if (chosen.some((other) => cosine(other.weights, sentence.weights) > ALIKE)) continue;
    chosen.push(sentence);
    characters += sentence.text.length + 3;
  }
  return chosen
    .sort((a, b) => a.startMs - b.startMs)
    .map(({ text }) => `“${text.replace(/["“”]/g, '')}”`)
    .join(' ');
}

/** Puts cues together to sentences: subtitles break where the screen is full. */
function sentencesOf(cues: readonly Cue[], language: string | null): { text: string; startMs: number }[] {
  const segmenter = new Intl.Segmenter(localeOf(language), { granularity: 'sentence' });
  const found: { text: string; startMs: number }[] = [];
  let open = '';
  let startMs = 0;
  let lastEndMs = 0;
  const end = (text: string) => {
    const clean = cleanText(text);
    if (clean !== '') found.push({ text: atMost(clean, LONGEST_SENTENCE), startMs });
  };
  for (const cue of cues) {
    const text = spokenText(cue);
    if (text === '') continue;
    if (open !== '' && (cue.startMs - lastEndMs > PAUSE_MS || open.length + text.length > LONGEST_SENTENCE)) {
      end(open);
      open = '';
    }
    if (open === '') startMs = cue.startMs;
    // What goes on in the next cue is often marked so, at both ends.
    const joined = (open === '' ? text : `${open} ${text}`).replace(/(?:\.\.\.|…) ?(?:\.\.\.|…) ?/g, ' ');
    const pieces: string[] = [];
    for (const { segment } of segmenter.segment(joined)) {
      if (TITLE.test(pieces.at(-1) ?? '')) pieces.push(`${pieces.pop()}${segment}`);
      else pieces.push(segment);
    }
    open = pieces.pop() ?? '';
    for (const piece of pieces) {
      end(piece);
      startMs = cue.startMs;
    }
    lastEndMs = cue.endMs;
  }
  end(open);
  return found;
}

/** Weighs words by how often a sentence has them, and by how few others do. */
function weighed(sentences: { text: string; startMs: number }[], language: string | null): Sentence[] {
  const stop = stopWords(language);
  const step = Math.max(1, sentences.length / MOST_SENTENCES);
  const kept = sentences.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  const segmenter = wordSegmenter(language);
  const bags = kept.map(({ text }) => wordsOf(text, segmenter).filter((word) => !stop.has(word)));
  const having = new Map<string, number>();
  for (const bag of bags) for (const word of new Set(bag)) having.set(word, (having.get(word) ?? 0) + 1);
  const most = Math.max(LEAST_COMMON, kept.length * COMMON);
  return kept.map((sentence, i) => {
    const weights = new Map<string, number>();
    for (const word of bags[i] ?? []) {
      if ((having.get(word) ?? 0) > most) continue;
      const rarity = Math.log((kept.length + 1) / (having.get(word) ?? 1));
      weights.set(word, (weights.get(word) ?? 0) + rarity);
    }
    const length = Math.hypot(...weights.values()) || 1;
    for (const [word, weight] of weights) weights.set(word, weight / length);
    return { ...sentence, weights };
  });
}

/** @returns how central each sentence is among all of them */
function lexRank(sentences: readonly Sentence[]): number[] {
  const links = similarities(sentences);
  const degrees = links.map((row) => [...row.values()].reduce((sum, weight) => sum + weight, 0));
  let ranks = sentences.map(() => 1 / sentences.length);
  for (let round = 0; round < ROUNDS; round++) {
    const next = sentences.map(() => (1 - DAMPING) / sentences.length);
    links.forEach((row, i) => {
      const share = (DAMPING * (ranks[i] ?? 0)) / (degrees[i] || 1);
      for (const [j, weight] of row) next[j] = (next[j] ?? 0) + share * weight;
    });
    ranks = next;
  }
  return ranks;
}

/** Cosines of all pairs that share a word, by way of the words: most pairs share none. */
function similarities(sentences: readonly Sentence[]): Map<number, number>[] {
  const having = new Map<string, [sentence: number, weight: number][]>();
  sentences.forEach(({ weights }, i) => {
    for (const [word, weight] of weights) {
      const list = having.get(word);
      if (list) list.push([i, weight]);
      else having.set(word, [[i, weight]]);
    }
  });
  return sentences.map(({ weights }, i) => {
    const row = new Map<number, number>();
    for (const [word, weight] of weights)
      for (const [j, other] of having.get(word) ?? []) if (j !== i) row.set(j, (row.get(j) ?? 0) + weight * other);
    for (const [j, similarity] of row) if (similarity < LEAST_SIMILARITY) row.delete(j);
    return row;
  });
}

function cosine(a: Map<string, number>, b: Map<string, number>): number {
  let sum = 0;
  for (const [word, weight] of a) sum += weight * (b.get(word) ?? 0);
  return sum;
}

/** Words in small letters, as the language parts them: some have no spaces. */
function wordsOf(text: string, segmenter: Intl.Segmenter): string[] {
  const words: string[] = [];
  for (const { segment, isWordLike } of segmenter.segment(text.replaceAll('’', "'")))
    if (isWordLike && !/^\d+$/.test(segment)) words.push(segment.toLowerCase());
  return words;
}

function wordSegmenter(language: string | null): Intl.Segmenter {
  return new Intl.Segmenter(localeOf(language), { granularity: 'word' });
}

/** What the segmenter knows of a language; anything that is no tag is parted as English is. */
function localeOf(language: string | null): string {
  try {
    return Intl.getCanonicalLocales(language ?? 'en')[0] ?? 'en';
  } catch {
    return 'en';
  }
}
