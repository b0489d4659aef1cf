/** Letters that no decomposition turns into plain ones. */
const LETTERS: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i' };
/** Scripts that put no spaces between words: each character stands for itself. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/gu;
/** Words in front of a title that lists are not sorted by. */
const ARTICLES = new Set(['the', 'a', 'an', 'le', 'la', 'les', 'der', 'die', 'das', 'el', 'los', 'las', 'il']);
const MAX_WORDS = 24;
const MAX_WORD_LENGTH = 32;

/** The words of a title as they are compared: lower case, without accents, apostrophes and signs. */
export function foldWords(text: string): string[] {
  const plain = text
    .toLowerCase()
    .normalize('NFKD')
    // Accents of Latin, Greek and Cyrillic letters; the marks of other scripts are part of the word.
    .replace(/[\u0300-\u036f'’ʼ`]/g, '')
    .normalize('NFC')
    .replace(/[ßæœøđðłþı]/g, (letter) => LETTERS[letter] ?? letter)
    .replaceAll('&', ' and ')
    .replace(UNSPACED, ' $& ');
  const words = plain.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.slice(0, MAX_WORDS).map((word) => word.slice(0, MAX_WORD_LENGTH));
}

/** What titles are sorted by, and found by from their beginning: the folded words without an article in front. */
export function titleKey(title: string): string {
  const words = foldWords(title);
  if (words.length === 0) return title.trim().toLowerCase();
  return withoutArticle(words).join(' ');
}

/** Takes an article away from the front, unless nothing else is there. */
export function withoutArticle(words: string[]): string[] {
  return words.length > 1 && ARTICLES.has(words[0] as string) ? words.slice(1) : words;
}

/** @returns whether a word is an article, which says little about a title. */
export function isArticle(word: string): boolean {
  return ARTICLES.has(word);
}

/**
 * How many letters have to be added, left out, changed or swapped with their neighbour to turn `typed` into `word`, or
 * with `asPrefix` into the beginning of it (optimal string alignment).
 *
 * @returns more than `most` for anything beyond it
 */
export function typoCount(typed: string, word: string, most: number, asPrefix = false): number {
  if (typed === word || (asPrefix && word.startsWith(typed))) return 0;
  if (most === 0 || typed.length - word.length > most) return most + 1;
  if (!asPrefix && word.length - typed.length > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: word.length + 1 }, (_, j) => j);
  for (let i = 1; i <= typed.length; i++) {
    const row = [i];
    for (let j = 1; j <= word.length; j++) {
      const isSame = typed[i - 1] === word[j - 1];
      let least = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + Number(!isSame),
      );
      if (i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1])
        least = Math.min(least, (before[j - 2] as number) + 1);
      row.push(least);
    }
    if (Math.min(...row) > most) return most + 1;
    before = last;
    last = row;
  }
  return asPrefix ? Math.min(...last) : (last[word.length] as number);
}
