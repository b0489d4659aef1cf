import { breakCost, breakLines, linesIn, MAX_LINES } from './cue-lines.ts';
import { type Cue, FASTEST_CHARACTERS_A_SEC, MAX_CUE_MS, MIN_CUE_MS, PLAIN } from './cues.ts';
import { type SpeechWindow, voiceMs } from './speech-windows.ts';

/** What was said in one window. */
export interface Heard {
  window: SpeechWindow;
  text: string;
}

/**
 * Cues stand this long before the voice is noticed, where the screen is free: a sentence begins softer than what the
 * voice is noticed by, and eyes need a moment to find it.
 */
const LEAD_MS = 400;
/** And this long after it. */
const LINGER_MS = 300;
/** Time to read that a cue gets where there is room; the fastest is what it has to have. */
const EASY_CHARACTERS_A_SEC = 16;
/** How late a cue may be for the sake of the one before. */
const MAX_DELAY_MS = 800;
/** Up to this long, words on both sides of a pause stay on one screen. */
const MAX_JOINED_MS = 6000;
/** How far off, in milliseconds, the guess may be of which words stand at a pause; a worse place for a break counts as so far off. */
const PAUSE_REACH_MS = 1000;
const MS_A_COST = 2;

/** Words with the time in which they are said. `window` lies around that time. */
interface Piece {
  words: string[];
  startMs: number;
  endMs: number;
  window: SpeechWindow;
}

/**
 * Makes cues of what was heard, as broadcasters have them: two lines of 42 characters at most, 1 to 7 s, time to read,
 * broken at phrases, one after another. The recogniser gives no times of its own: windows and the pauses in them say
 * when words begin, and between two pauses the words are spread by their letters.
 *
 * @param soundMs length of the sound, at which the last cue ends at the latest
 */
export function speechCues(heard: readonly Heard[], soundMs: number): Cue[] {
  const pieces = heard.flatMap(({ window, text }) => {
    const words = text.split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) return [];
    const whole = { words, startMs: window.startMs, endMs: window.endMs, window };
    return joined(atPauses(whole)).flatMap(inParts);
  });
  return breakLines(placed(pieces, soundMs));
}

/** Cuts a window at those of its pauses that lie between two words as far as one can tell. */
function atPauses(whole: Piece): Piece[] {
  const pieces: Piece[] = [];
  let rest = whole;
  for (const [fromMs, toMs] of whole.window.pauses) {
    const total = lettersOf(rest.words);
    const beforeMs = voiceBetween(rest, rest.startMs, fromMs);
    const msALetter = voiceBetween(rest, rest.startMs, rest.endMs) / Math.max(1, total);
    let best: { at: number; costMs: number } | null = null;
    let letters = 0;
    for (let at = 1; at < rest.words.length; at++) {
      letters += lettersOf([rest.words[at - 1] as string]);
      const costMs = Math.abs(letters * msALetter - beforeMs) + MS_A_COST * breakCost(rest.words, at);
      if (costMs <= PAUSE_REACH_MS && (best === null || costMs < best.costMs)) best = { at, costMs };
    }
    if (best === null) continue;
    pieces.push({ ...rest, words: rest.words.slice(0, best.at), endMs: fromMs });
    rest = { ...rest, words: rest.words.slice(best.at), startMs: toMs };
  }
  return [...pieces, rest];
}

/** Puts together again what one screen holds: a breath within a sentence is no reason to change it. */
function joined(pieces: readonly Piece[]): Piece[] {
  const kept: Piece[] = [];
  for (const piece of pieces) {
    const last = kept.at(-1);
    const both = last && { ...last, words: [...last.words, ...piece.words], endMs: piece.endMs };
    if (both && both.endMs - both.startMs <= MAX_JOINED_MS && isOneScreen(both)) kept[kept.length - 1] = both;
    else kept.push(piece);
  }
  return kept;
}

/** Halves what is too long to be read or to stand, at the best break near its middle, until it is not. */
function inParts(piece: Piece): Piece[] {
  const { words, startMs, endMs } = piece;
  const isShort = endMs - startMs <= MAX_CUE_MS - LEAD_MS;
  if (words.length === 1 || (isShort && isOneScreen(piece)) || endMs - startMs < 2 * MIN_CUE_MS) return [piece];
  const total = lettersOf(words);
  let best = { at: 1, letters: 0, cost: Number.POSITIVE_INFINITY };
  let letters = 0;
  for (let at = 1; at < words.length; at++) {
    letters += lettersOf([words[at - 1] as string]);
    const cost = (letters - total / 2) ** 2 + breakCost(words, at);
    if (cost < best.cost) best = { at, letters, cost };
  }
  const cutMs = timeAt(piece, best.letters / total);
  return [
    ...inParts({ ...piece, words: words.slice(0, best.at), endMs: cutMs }),
    ...inParts({ ...piece, words: words.slice(best.at), startMs: cutMs }),
  ];
}

/** Gives each its time on the screen. What is said too fast to be read stands a little into what follows. */
function placed(pieces: readonly Piece[], soundMs: number): Cue[] {
  const cues: Cue[] = [];
  pieces.forEach((piece, i) => {
    const text = piece.words.join(' ');
    const startMs = Math.round(Math.max(0, cues.at(-1)?.endMs ?? 0, piece.startMs - LEAD_MS));
    const needMs = startMs + Math.max(MIN_CUE_MS, (text.length / FASTEST_CHARACTERS_A_SEC) * 1000);
    const easyMs = startMs + Math.max(MIN_CUE_MS, (text.length / EASY_CHARACTERS_A_SEC) * 1000);
    const wantedMs = Math.max(piece.endMs + LINGER_MS, easyMs);
    const next = pieces[i + 1]?.startMs ?? Number.POSITIVE_INFINITY;
    // The lead of what follows gives way to the voice before it, and to whoever still reads.
    const roomMs = Math.min(next, Math.max(next - LEAD_MS, piece.endMs, easyMs));
    const untilMs = Math.max(Math.min(wantedMs, roomMs), Math.min(needMs, next + MAX_DELAY_MS));
    const endMs = Math.round(Math.min(untilMs, startMs + MAX_CUE_MS, soundMs));
    if (endMs > startMs) cues.push({ startMs, endMs, isTop: false, runs: [{ ...PLAIN, text }] });
  });
  return cues;
}

function isOneScreen(piece: Piece): boolean {
  return linesIn(piece.words.join(' ')) <= MAX_LINES;
}

/** With the space behind each word, which takes no time but stands for the moment between two. */
function lettersOf(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + word.length + 1, 0);
}

/** The time at which a share of a piece's words is said. */
function timeAt(piece: Piece, share: number): number {
  let leftMs = share * voiceBetween(piece, piece.startMs, piece.endMs);
  let atMs = piece.startMs;
  for (const [fromMs, toMs] of piece.window.pauses) {
    if (fromMs < atMs) continue;
    if (fromMs - atMs >= leftMs) break;
    leftMs -= fromMs - atMs;
    atMs = toMs;
  }
  return Math.round(Math.min(piece.endMs, atMs + leftMs));
}

function voiceBetween({ window }: Piece, startMs: number, endMs: number): number {
  const pauses = window.pauses.filter(([from, to]) => from >= startMs && to <= endMs);
  return voiceMs({ startMs, endMs, pauses });
}
