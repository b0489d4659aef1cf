import { z } from 'zod';
import { type Cue, plainText } from './cues.ts';

/** What may be proposed for a film's page. Empty where there is nothing to propose. */
export interface Suggestions {
  title: string;
  /** One sentence that says what the film is about. */
  tagline: string;
  synopsis: string;
  genres: string[];
}

export const NO_SUGGESTIONS: Suggestions = { title: '', tagline: '', synopsis: '', genres: [] };

/** A film as it is shown to whoever describes it. */
export interface FilmWords {
  cues: readonly Cue[];
  /** Of the words, as a tag of BCP 47; null where nobody said. */
  language: string | null;
  /** What the film is called as yet. */
  title: string;
  durationSec: number | null;
}

/** Says what a film is about. */
export interface Describer {
  /**
   * @returns what it proposes; who it is, for people; and how many of the parts that the words were cut into it read
   * @throws MarqueeError RATE_LIMITED or LLM_DOWN to be asked again later; CONFIG_INVALID, INPUT_UNSUPPORTED or
   *         OUTPUT_INVALID for what another try does not mend
   */
  describe(
    film: FilmWords,
    options: { signal: AbortSignal; onProgress?: (share: number) => void },
  ): Promise<{ suggestions: Suggestions; by: string; partsRead: number; parts: number }>;
}

/** What became of describing a film: stored with the version that it was made from. */
export interface Description {
  suggestions: Suggestions;
  /** Who made it: a language model, the film's own words by counting them, or nobody. */
  from: 'model' | 'own-words' | 'nobody';
  /** The model and its host; null for anything else. */
  by: string | null;
  /** What was not done and why, in sentences; null if all of it was. */
  skipped: string | null;
}

/** The genres that are proposed: those of the catalogue, so that the house's films stand beside the world's. */
export const GENRES = [
  'Action',
  'Adventure',
  'Animation',
  'Comedy',
  'Crime',
  'Documentary',
  'Drama',
  'Family',
  'Fantasy',
  'History',
  'Horror',
  'Music',
  'Mystery',
  'Romance',
  'Science Fiction',
  'Thriller',
  'War',
  'Western',
] as const;
export type Genre = (typeof GENRES)[number];

/** In characters: what the edit form takes, or less. */
export const LONGEST_SUGGESTION = { title: 100, tagline: 200, synopsis: 1500 } as const;
export const MOST_GENRES = 3;

/**
 * The answer that is asked of a model. Lengths are cut to size afterwards (`readSuggestions`): a model that wrote a word
 * too many has still answered, and servers refuse schemas that say more than they know.
 */
export const suggestionsAnswer = z.object({
  title: z.string(),
  logline: z.string(),
  synopsis: z.string(),
  genres: z.array(z.string()),
});

/** Reads a model's answer as text that is fit to be shown, whatever is in it. */
export function readSuggestions(answer: z.infer<typeof suggestionsAnswer>): Suggestions {
  const wanted = answer.genres.map((genre) => cleanText(genre).toLowerCase());
  return {
    title: atMost(cleanText(answer.title).replace(/^["“«„](.*)["”»“]$/, '$1'), LONGEST_SUGGESTION.title),
    tagline: atMost(cleanText(answer.logline), LONGEST_SUGGESTION.tagline),
    synopsis: atMost(cleanText(answer.synopsis), LONGEST_SUGGESTION.synopsis),
    genres: GENRES.filter((genre) => wanted.includes(genre.toLowerCase()))
      .sort((a, b) => wanted.indexOf(a.toLowerCase()) - wanted.indexOf(b.toLowerCase()))
      .slice(0, MOST_GENRES),
  };
}

/** Marks that turn the order of letters, and characters that steer what shows them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
/** Subtitles are full of addresses of those who made them, and whoever wants one in a synopsis puts it there. */
const ADDRESS = /\b(?:https?:\/\/|www\.)\S+/gi;

/** Plain words in one paragraph: no tags, no addresses, nothing that is not seen. */
export function cleanText(text: string): string {
  return text
    .replace(UNSEEN, '')
    .replace(/<\/?[a-z!][^<>]*>/gi, ' ')
    .replace(ADDRESS, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Cuts at the end of a sentence where there is one in the second half, else at a word. */
export function atMost(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const cut = text.slice(0, characters);
  const sentence = /^.*[.!?…。！？]["”’»)]*(?=\s|$)/su.exec(cut)?.[0] ?? '';
  if (sentence.length >= characters / 2) return sentence;
  const word = cut.slice(0, -1).replace(/\s+\S*$/u, '');
  // A surrogate without its other half is no letter.
  return `${word.replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Lines that tell of sounds, and names of speakers: nothing of what is said. */
const SOUND = /\[[^\]]*\]|\([^)]*\)|♪[^♪]*♪?|^#.*#$/g;
const SPEAKER = /^\s*(?:[-–—‐•>]+\s*)?(?:[\p{Lu}\d .'’-]{2,24}:\s+)?/u;

/** What is said in a cue, in one line; empty where nothing is. */
export function spokenText(cue: Cue): string {
  return plainText(cue)
    .replace(SOUND, ' ')
    .split('\n')
    .map((line) => line.replace(SPEAKER, ''))
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** How many words are said. Letters that are written without spaces count by twos. */
export function wordsIn(text: string): number {
  const wide = text.match(/[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\u0e00-\u0e7f]/g)?.length ?? 0;
  return (text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) + Math.floor(wide / 2);
}

/**
 * Cuts what is said into parts, each at most so large, between lines where that is possible.
 *
 * @param measure how large a text is where it is going; grows with each character
 */
export function partsOf(lines: readonly string[], largest: number, measure: (text: string) => number): string[] {
  const parts: string[] = [];
  let part = '';
  let size = 0;
  const breakSize = measure('\n');
  for (const line of lines.flatMap((one) => piecesOf(one, largest, measure))) {
    const lineSize = measure(line);
    if (part !== '' && size + breakSize + lineSize > largest) {
      parts.push(part);
      part = '';
      size = 0;
    }
    size += lineSize + (part === '' ? 0 : breakSize);
    part += `${part === '' ? '' : '\n'}${line}`;
  }
  if (part !== '') parts.push(part);
  return parts;
}

/** A line that is too large for a part goes in pieces, by its characters. */
function piecesOf(line: string, largest: number, measure: (text: string) => number): string[] {
  if (measure(line) <= largest) return [line];
  const pieces: string[] = [];
  let piece = '';
  let size = 0;
  for (const char of line) {
    const more = measure(char);
    if (size + more > largest && piece !== '') {
      pieces.push(piece);
      piece = '';
      size = 0;
    }
    piece += char;
    size += more;
  }
  if (piece !== '') pieces.push(piece);
  return pieces;
}

/** As many of a list as wanted, spread over all of it, with its first and its last. */
export function spread<T>(list: readonly T[], most: number): T[] {
  if (list.length <= most) return [...list];
  return Array.from({ length: most }, (_, i) => list[Math.round((i * (list.length - 1)) / (most - 1))] as T);
}
