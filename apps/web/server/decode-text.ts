import { analyse } from 'chardet';

/** Encodings of text files before Unicode, by the languages that are written in them. */
const BY_LANGUAGE: [languages: string[], encodings: string[]][] = [
  [
    ['ru', 'uk', 'be', 'bg', 'mk', 'sr'],
    ['windows-1251', 'KOI8-R', 'ISO-8859-5'],
  ],
  [['ja'], ['Shift_JIS', 'EUC-JP', 'ISO-2022-JP']],
  [['zh'], ['GB18030', 'Big5']],
  [['ko'], ['EUC-KR']],
  [['el'], ['windows-1253', 'ISO-8859-7']],
  [['tr'], ['windows-1254', 'ISO-8859-9']],
  [['he'], ['windows-1255', 'ISO-8859-8']],
  [
    ['ar', 'fa'],
    ['windows-1256', 'ISO-8859-6'],
  ],
  [
    ['pl', 'cs', 'sk', 'hu', 'sl', 'hr', 'ro'],
    ['windows-1250', 'ISO-8859-2'],
  ],
];
const WESTERN = ['windows-1252', 'ISO-8859-1'];
/** Enough of a text to tell its encoding by. */
const SAMPLE_BYTES = 64 * 1024;
/** A sign that stands in the middle of no word: where there is one, a letter was meant. */
const SIGN_IN_WORD = /\p{Ll}[¡¿«»¹²³¼½¾±¶§°¬¦¤¨´¸]\p{Ll}/u;
/** Share of zero bytes at even or odd places from which on a text is of two bytes a letter. */
const WIDE_SHARE = 0.3;

/**
 * Reads a text file of whatever encoding: by its mark, then as UTF-8 if it is that without a fault, then by its letters.
 * Only those encodings are weighed that the language is written in, if the language is known.
 *
 * @param language BCP 47; `und` or empty where nobody knows
 */
export function decodeText(bytes: Uint8Array, language: string): { text: string; encoding: string } {
  const marked = encodingOfMark(bytes);
  if (marked) return decoded(bytes, marked);
  const utf8 = decodeWhole(bytes, 'utf-8');
  if (utf8 !== null && !utf8.includes('\0')) return { text: utf8, encoding: 'utf-8' };
  const wide = wideEncoding(bytes);
  if (wide) return decoded(bytes, wide);
  return decoded(bytes, guess(bytes, language.split('-')[0] ?? ''));
}

function decoded(bytes: Uint8Array, encoding: string): { text: string; encoding: string } {
  return { text: new TextDecoder(encoding).decode(bytes), encoding: encoding.toLowerCase() };
}

function encodingOfMark([a, b, c]: Uint8Array): string | null {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  return a === 0xfe && b === 0xff ? 'utf-16be' : null;
}

/** Times and numbers of subtitles are ASCII: in UTF-16 each of their letters brings a zero byte along. */
function wideEncoding(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  const zeros = [0, 0];
  sample.forEach((byte, i) => {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  });
  const [even = 0, odd = 0] = zeros.map((count) => count / (sample.length / 2));
  if (Math.max(even, odd) < WIDE_SHARE) return null;
  return odd > even ? 'utf-16le' : 'utf-16be';
}

function guess(bytes: Uint8Array, language: string): string {
  const known = BY_LANGUAGE.find(([languages]) => languages.includes(language))?.[1];
  const isKnown = language !== '' && language !== 'und';
  const likely = known ?? (isKnown ? WESTERN : [...BY_LANGUAGE.flatMap(([, encodings]) => encodings), ...WESTERN]);
  const candidates = analyse(wordsOf(bytes))
    .map(({ name }) => name)
    .filter((name) => likely.includes(name) && decodeWhole(bytes, name) !== null);
  const found = candidates.find((name) => !SIGN_IN_WORD.test(decodeWhole(bytes, name) ?? '')) ?? candidates[0];
  return found ?? likely.find((encoding) => decodeWhole(bytes, encoding) !== null) ?? 'windows-1252';
}

/** The words alone: numbers and times are the same in all encodings, and of no language. */
function wordsOf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.subarray(0, SAMPLE_BYTES)).toString('latin1');
  const words = text.split(/\r\n|\n|\r/).filter((line) => !/-->|^\s*\d*\s*$/.test(line));
  return Buffer.from(words.join('\n').replace(/<[^<>\n]{0,40}>|\{\\[^{}\n]{0,80}\}/g, ''), 'latin1');
}

/** @returns null if the bytes are no text of this encoding */
function decodeWhole(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
