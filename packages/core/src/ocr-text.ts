import type { Writing } from './ocr-language.ts';
import type { ReadableLine } from './ocr-words.ts';

/** A sign that a recogniser saw. */
export interface SeenChar {
  text: string;
  /** Middle of where it was seen, in dots of the line. */
  atPx: number;
  /** The recogniser's own, in `[0, 1]`, of this sign or one that looks like it. */
  likelihood: number;
}

/** What stands in a line. */
export interface ReadLine {
  text: string;
  /** Mean likelihood of its signs. */
  confidence: number;
  isItalic: boolean;
  /** Where its middle lies in the picture: 0 is the top, 1 the foot. */
  heightShare: number;
}

/** Signs that stand for others: subtitles are typed, and at their size one cannot tell a curved quotation mark from a straight one. */
const PLAIN_SIGNS: Record<string, string | undefined> = {
  '‘': "'",
  '’': "'",
  '`': "'",
  ˋ: "'",
  '′': "'",
  '“': '"',
  '”': '"',
  '″': '"',
  '…': '...',
  '—': '-',
  '－': '-',
  '•': '-',
};
const LATIN_SIGN = /^[!-~éèàáíóúüäëìòôÉÜË£€°§®±×÷]$/u;
const HAN_SIGN = /^[\p{Script=Han}。、《》「」『』·—…“”‘’〈〉]$/u;
/** Between letters that fill their square, a space is as wide as one of them. */
const WIDE = /[\p{Script=Han}。、，．！？：；（）《》「」『』…—]/u;
const WIDE_SPACE = 0.7;
/** A line of so many letters is in capitals if so many of them are. */
const LEAST_CAPITALS = 6;
const CAPITALS_SHARE = 0.75;
/** What it costs, in dots, to leave a word without a sign: more than a sign is ever off. */
const EMPTY_WORD_COST = 30;

/** Which sign each class of the recogniser stands for in a writing; null for those that do not occur in it. */
export function signsOf(dictionary: readonly string[], writing: Writing): (string | null)[] {
  return dictionary.map((sign) => {
    // Widths are those of typesetters in East Asia: what is not written so has the ordinary form.
    const narrow = /^[\uff01-\uff5e]$/.test(sign) ? String.fromCharCode(sign.charCodeAt(0) - 0xfee0) : sign;
    if (writing !== 'han') {
      const plain = PLAIN_SIGNS[narrow] ?? narrow;
      if (LATIN_SIGN.test(plain) || plain === '...') return plain;
      if (writing === 'latin') return null;
    }
    if (writing === 'any') return /^\p{L}$/u.test(narrow) || HAN_SIGN.test(narrow) ? narrow : null;
    return HAN_SIGN.test(sign) || /^[！？，：；（）]$/.test(sign) ? sign : LATIN_SIGN.test(narrow) ? narrow : null;
  });
}

/**
 * Reads a recogniser's answer greedily: of each step the likeliest sign, neighbours that are the same counting once
 * (connectionist temporal classification; Graves et al., 2006).
 *
 * @param likelihoods `steps` rows of `classes` numbers; class 0 means none
 * @param signs       of class 1 on; null for those that cannot be
 * @param stepPx      width of a step, in dots of the line
 */
export function seenChars(
  likelihoods: Float32Array,
  classes: number,
  signs: readonly (string | null)[],
  stepPx: number,
): SeenChar[] {
  const possible = signs.flatMap((sign, i) => (sign === null ? [] : [i + 1]));
  const alike = new Map<string, number[]>();
  for (const each of possible) {
    const look = lookOf(signs[each - 1] as string);
    alike.set(look, [...(alike.get(look) ?? []), each]);
  }
  const found: SeenChar[] = [];
  let before: string | null = null;
  for (let step = 0; step * classes < likelihoods.length; step++) {
    const row = likelihoods.subarray(step * classes, (step + 1) * classes);
    let best = 0;
    for (const each of possible) if ((row[each] as number) > (row[best] as number)) best = each;
    const text = best === 0 ? null : (signs[best - 1] as string);
    const likelihood = (alike.get(lookOf(text ?? '')) ?? []).reduce((sum, each) => sum + (row[each] as number), 0);
    const last = found.at(-1);
    const char = { text: text ?? '', atPx: (step + 0.5) * stepPx, likelihood };
    if (text !== null && text !== before) found.push(char);
    else if (text !== null && last && likelihood > last.likelihood) found[found.length - 1] = char;
    before = text;
  }
  return found;
}

/** The same for signs that differ in their size alone, or hardly: that a recogniser wavers between them says little. */
function lookOf(sign: string): string {
  const small = sign.toLowerCase();
  return /^[il1|!]$/.test(small) ? 'l' : small === '0' ? 'o' : small;
}

/**
 * Puts what was seen into words: their gaps are seen better in the picture than by a recogniser that was made for a
 * language without any.
 */
export function readLine(line: ReadableLine, seen: readonly SeenChar[], heightShare: number): ReadLine {
  const chars = seen.filter(({ text }) => text !== ' ');
  const { words, isItalic } = line;
  const wordOf = assign(chars, words);
  let text = '';
  chars.forEach((char, i) => {
    const [mine, before] = [wordOf[i] as number, wordOf[i - 1] ?? 0];
    if (i > 0 && mine !== before) {
      const gapPx = (words[mine]?.[0] ?? 0) - (words[mine - 1]?.[1] ?? 0);
      const isWide = WIDE.test(char.text) || WIDE.test(chars[i - 1]?.text ?? '');
      if (!isWide || gapPx > line.ink.heightPx * WIDE_SPACE) text += ' ';
    }
    text += char.text;
  });
  text = mendLookalikes(text);
  if (text !== '' && line.isNoteBefore) text = `♪ ${text}`;
  if (text !== '' && line.isNoteAfter) text = `${text} ♪`;
  const confidence = chars.length === 0 ? 0 : chars.reduce((sum, { likelihood }) => sum + likelihood, 0) / chars.length;
  return { text, confidence, isItalic, heightShare };
}

/** The word of each sign: in order, none without a sign if that can be, at the least distance in all. */
function assign(chars: readonly SeenChar[], words: ReadableLine['words']): number[] {
  if (words.length === 0) return chars.map(() => 0);
  // best[w]: the least cost with the signs so far in words up to w, the last of them in w.
  let best = words.map((_, w) => w * EMPTY_WORD_COST);
  const from: number[][] = [];
  chars.forEach(({ atPx }, i) => {
    const trace: number[] = [];
    best = words.map(([left, right], w) => {
      let least = Number.POSITIVE_INFINITY;
      let origin = w;
      for (let before = i === 0 ? w : 0; before <= w; before++) {
        const cost = (best[before] as number) + Math.max(0, w - before - 1) * EMPTY_WORD_COST;
        if (cost <= least) {
          least = cost;
          origin = before;
        }
      }
      trace.push(origin);
      return least + Math.max(0, left - atPx, atPx - right);
    });
    from.push(trace);
  });
  let word = 0;
  const total = (w: number) => (best[w] as number) + (words.length - 1 - w) * EMPTY_WORD_COST;
  for (let w = 1; w < words.length; w++) if (total(w) < total(word)) word = w;
  const assigned: number[] = [];
  for (let i = chars.length - 1; i >= 0; i--) {
    assigned.unshift(word);
    word = from[i]?.[word] as number;
  }
  return assigned;
}

/** Letters and figures that look alike in a typeface without serifs are told apart by what stands beside them. */
export function mendLookalikes(text: string): string {
  return (
    withCapitals(text)
      .replace(/\|/g, 'I')
      .replace(/(?<=\p{Ll})(?<!\b(?:Mc|Mac))I+(?!\p{Lu})/gu, (run) => 'l'.repeat(run.length))
      .replace(/(?<=\p{Ll})1(?=\p{Ll})/gu, 'l')
      .replace(/(?<=\p{L})0(?=\p{Ll})|(?<=\p{Ll})0(?=\p{L})/gu, 'o')
      .replace(/(?<=\p{Lu})0(?=\p{Lu})/gu, 'O')
      .replace(/(?<=\d[,.]?)[oO]+(?!\p{L})/gu, (run) => '0'.repeat(run.length))
      // No word begins with an l before a consonant, and none is an l alone.
      .replace(/(?<![\p{L}\p{N}'])l(?=[bcdfghjkmnpqrstvwxz]|'|$|[^\p{L}\p{N}])/gu, 'I')
      .replace(/(?<![\p{L}\p{N}])1(?=('(m|ll|ve|d)\b))/gu, 'I')
  );
}

/** A line in capitals has no small letters, though some of both look alike. */
function withCapitals(text: string): string {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;
  return letters >= LEAST_CAPITALS && capitals >= letters * CAPITALS_SHARE ? text.toUpperCase() : text;
}
