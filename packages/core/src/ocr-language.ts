/**
 * Languages whose every letter the recogniser knows (a test compares them with its dictionary), and the writing of each.
 * Others are left out: it would write their words without their accents, or in letters of its own.
 */
const WRITINGS: Record<string, Writing | undefined> = {
  en: 'latin',
  id: 'latin',
  ms: 'latin',
  sw: 'latin',
  zh: 'han',
  // Tried, and kept if it turns out to be English or Chinese.
  und: 'any',
};

/** Letters that a recogniser may see in a track. */
export type Writing = 'latin' | 'han' | 'any';

/** Words that make up two fifths of what is said in English, and hardly occur in other languages. */
const ENGLISH =
  /^(the|and|you|that|it|is|to|of|what|this|i|i'm|it's|don't|he|she|we|they|was|for|have|are|with|not|my|be|your|there|that's|you're|will|but|just|get|know|all|at|can|how|from|her|his|him|would|who|go|been|were|want|when|did|out|let|had|which|has|going|see|why|could|where|them|then|our|should|because|something|think|about|here|never|now|right|yes|oh|look|well|please|if)$/;
const LEAST_ENGLISH = 0.25;
/** A track that is called English, and has so many words, is held to less: it may be names and places. */
const LEAST_CALLED_ENGLISH = 0.1;
const WORDS_TO_TELL = 20;
const HAN = /\p{Script=Han}/gu;
const KANA_OR_HANGUL = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
/** Common characters in the shapes of Hong Kong and Taiwan, of which the recogniser lacks many, and their simpler shapes. */
const TRADITIONAL = /[這個們來時對會為過還後裡讓請說沒]/gu;
const SIMPLIFIED = /[这个们来时对会为过还后里让请说没]/gu;

/** @returns how a language is written that can be read, else null */
export function writingOf(language: string): Writing | null {
  const [main = '', ...rest] = language.toLowerCase().split('-');
  if (main === 'zh' && rest.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part))) return null;
  return WRITINGS[main] ?? null;
}

/** Why a track in a language is not read, for the admin. */
export function cannotRead(language: string): string {
  return `It is pictures of words, and the recogniser does not know the letters of this language (${language}). It reads English, Indonesian, Malay, Swahili and simplified Chinese. Upload the track as an SRT, VTT or ASS file.`;
}

/**
 * Looks at what was read, as far as its language can be told from it: files are labelled by hand, or not at all, and
 * Chinese may be written in either shape.
 *
 * @returns a sentence if the recogniser cannot have read it rightly, else null
 */
export function wrongLanguage(text: string, language: string): string | null {
  const writing = writingOf(language);
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const han = count(HAN);
  if (writing !== 'latin' && count(TRADITIONAL) > count(SIMPLIFIED)) return cannotRead('zh-Hant');
  const isCalledEnglish = /^en(-|$)/i.test(language);
  if (writing !== 'any' && !isCalledEnglish) return null;
  const letters = count(/\p{L}/gu);
  if (count(KANA_OR_HANGUL) > letters / 20) return UNTOLD;
  if (writing === 'any' && han > letters / 2) return null;
  const words = text
    .toLowerCase()
    .split(/[^\p{L}']+/u)
    .filter((word) => word !== '');
  const english = words.filter((word) => ENGLISH.test(word)).length;
  if (isCalledEnglish)
    return words.length < WORDS_TO_TELL || english >= words.length * LEAST_CALLED_ENGLISH ? null : NOT_ENGLISH;
  return english >= words.length * LEAST_ENGLISH ? null : UNTOLD;
}

const NOT_ENGLISH =
  'It is pictures of words that the file calls English, and what was read is not. Upload the track as an SRT, VTT or ASS file.';
const UNTOLD =
  'It is pictures of words in a language that the file does not name, and what was read is neither English nor Chinese. Upload the track as an SRT, VTT or ASS file.';
