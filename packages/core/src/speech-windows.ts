/** A stretch of sound in which somebody speaks, in milliseconds of the film. */
export interface SpeechWindow {
  startMs: number;
  endMs: number;
  /** Moments of silence within, ascending, each `[startMs, endMs)`: places where the words may be cut. */
  pauses: [startMs: number, endMs: number][];
}

/** There is speech where a frame is at least this likely to be; it reaches as far as frames are at least that likely. */
const SURE = 0.85;
const LIKELY = 0.35;
/** A silence from which on somebody has stopped. Shorter ones belong to what is said: words in context are heard better. */
const ENDS_MS = 1500;
/** A silence that counts as a pause, and one at which a sentence, or a part of it, is over. */
const PAUSE_MS = 120;
const LONG_PAUSE_MS = 400;
/** Less voice than this is a cough or a door. */
const LEAST_VOICE_MS = 200;
/** More at once needs more memory, and the recogniser was made for less than half a minute. */
const LONGEST_MS = 15_000;
/** No piece of a stretch that is cut is shorter. */
const SHORTEST_PIECE_MS = 2000;

/**
 * Finds who speaks when.
 *
 * @param likelihoods that a frame is speech, each in `[0, 1]`, from the film's start
 * @param frameMs     length of a frame
 */
export function speechWindows(likelihoods: ArrayLike<number>, frameMs: number): SpeechWindow[] {
  const windows: SpeechWindow[] = [];
  /** The window in hand, in frames. */
  let open: { start: number; end: number; pauses: [number, number][] } | null = null;
  const close = () => {
    if (open === null) return;
    const pauses = open.pauses.map(([from, to]): [number, number] => [from * frameMs, to * frameMs]);
    const window = { startMs: open.start * frameMs, endMs: open.end * frameMs, pauses };
    if (voiceMs(window) >= LEAST_VOICE_MS) windows.push(...inPieces(window));
  };
  /** Frames in a row that are likely to be speech. */
  const take = (start: number, end: number, isSure: boolean) => {
    const silenceMs = open === null ? Number.POSITIVE_INFINITY : (start - open.end) * frameMs;
    // A breath before a sentence is none of it; a voice may fade.
    if (!isSure && silenceMs >= PAUSE_MS) return;
    if (open === null || silenceMs >= ENDS_MS) {
      close();
      open = { start, end, pauses: [] };
      return;
    }
    if (isSure && silenceMs >= PAUSE_MS) open.pauses.push([open.end, start]);
    open.end = end;
  };
  let start: number | null = null;
  let isSure = false;
  for (let i = 0; i <= likelihoods.length; i++) {
    const likelihood = likelihoods[i] ?? 0;
    if (likelihood >= LIKELY) {
      start ??= i;
      isSure ||= likelihood >= SURE;
    } else if (start !== null) {
      take(start, i, isSure);
      start = null;
      isSure = false;
    }
  }
  close();
  return windows;
}

/** @returns how much of a window is not silence, in milliseconds */
export function voiceMs(window: SpeechWindow): number {
  return window.pauses.reduce((sum, [from, to]) => sum - (to - from), window.endMs - window.startMs);
}

/**
 * What is heard around a window: the first sounds of a sentence are softer than what a voice is noticed by, and a model
 * that is given nothing before them guesses.
 */
const BEFORE_MS = 600;
const AFTER_MS = 200;

/**
 * @param around where the sound begins and ends that may be heard
 * @returns the sound to be heard for the `i`th window: a little more than itself, and nothing of its neighbours
 */
export function soundOf(
  windows: readonly SpeechWindow[],
  i: number,
  around: { fromMs: number; toMs: number } = { fromMs: 0, toMs: Number.POSITIVE_INFINITY },
): { fromMs: number; toMs: number } {
  const { startMs, endMs } = windows[i] as SpeechWindow;
  return {
    fromMs: Math.max(around.fromMs, windows[i - 1]?.endMs ?? 0, startMs - BEFORE_MS),
    toMs: Math.min(around.toMs, windows[i + 1]?.startMs ?? around.toMs, endMs + AFTER_MS),
  };
}

/** Cuts a window at its long pauses. */
export function partsOf(window: SpeechWindow): SpeechWindow[] {
  const parts: SpeechWindow[] = [];
  let rest = window;
  for (const [fromMs, toMs] of window.pauses) {
    if (toMs - fromMs < LONG_PAUSE_MS) continue;
    const [before, after] = cutAt(rest, fromMs, toMs);
    parts.push(before);
    rest = after;
  }
  return [...parts, rest];
}

/** Cuts what is too long at its longest pause, or in the middle where nobody breathes. */
function inPieces(window: SpeechWindow): SpeechWindow[] {
  const { startMs, endMs, pauses } = window;
  if (endMs - startMs <= LONGEST_MS) return [window];
  const able = pauses.filter(([from, to]) => from - startMs >= SHORTEST_PIECE_MS && endMs - to >= SHORTEST_PIECE_MS);
  const longest = able.reduce<[number, number] | null>(
    (best, pause) => (best === null || pause[1] - pause[0] > best[1] - best[0] ? pause : best),
    null,
  );
  const middleMs = Math.round((startMs + endMs) / 2);
  const [fromMs, toMs] = longest ?? [middleMs, middleMs];
  return cutAt(window, fromMs, toMs).flatMap(inPieces);
}

function cutAt({ startMs, endMs, pauses }: SpeechWindow, fromMs: number, toMs: number): [SpeechWindow, SpeechWindow] {
  return [
    { startMs, endMs: fromMs, pauses: pauses.filter(([, to]) => to < fromMs) },
    { startMs: toMs, endMs, pauses: pauses.filter(([from]) => from > toMs) },
  ];
}
