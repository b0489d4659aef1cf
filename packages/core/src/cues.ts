/** A stretch of a cue's text in one look. Line breaks stand in the text as `\n`. */
export interface Run {
  text: string;
  italic: boolean;
  bold: boolean;
  underline: boolean;
}

/** Words on the screen from `startMs` to `endMs` of the film. */
export interface Cue {
  startMs: number;
  endMs: number;
  /** True at the top of the picture, where something at its foot must stay visible. */
  isTop: boolean;
  runs: Run[];
}

/** A cue that another begins less than this after its own start is shown together with it: shorter cannot be read. */
const TOGETHER_MS = 1000;
/**
 * More is no subtitle but a page. Files that animate letters have thousands of texts at once: what comes when a picture
 * is full is left out, so that no file can make a cue of itself.
 */
export const MAX_CUE_CHARACTERS = 2000;
/** What broadcasters agree on: shorter cannot be read, and what stands longer is read again. */
export const MIN_CUE_MS = 1000;
export const MAX_CUE_MS = 7000;
/** And no faster than this. */
export const FASTEST_CHARACTERS_A_SEC = 20;
/** A cue without a length of its own gets time to be read at this rate, within those bounds. */
const READ_CHARACTERS_A_SEC = 15;

/** The words of a cue, without their look. */
export function plainText(cue: Pick<Cue, 'runs'>): string {
  return cue.runs.map((run) => run.text).join('');
}

/**
 * Puts cues on the film's clock and in order, and mends what is wrong with their times: what lies outside the film goes,
 * what has no length gets time to be read, and no cue stands while another one in the same place does. No word of a
 * cue that touches the film is lost, but for those beyond `MAX_CUE_CHARACTERS` at one moment.
 *
 * @param options.zeroMs film time 0 on the clock of the cues
 * @param options.filmMs length of the film; null where it is not known yet
 */
export function mendCues(cues: readonly Cue[], options: { zeroMs: number; filmMs: number | null }): Cue[] {
  const filmMs = options.filmMs ?? Number.POSITIVE_INFINITY;
  const placed = cues
    .filter((cue) => Number.isFinite(cue.startMs) && Number.isFinite(cue.endMs) && plainText(cue).trim() !== '')
    .map((cue) => {
      const startMs = Math.round(cue.startMs - options.zeroMs);
      const endMs = Math.round(cue.endMs - options.zeroMs);
      return { ...cue, startMs, endMs: endMs > startMs ? endMs : startMs + readingMs(cue) };
    })
    .filter((cue) => cue.endMs > 0 && cue.startMs < filmMs)
    .map((cue) => ({ ...cue, startMs: Math.max(0, cue.startMs), endMs: Math.min(filmMs, cue.endMs) }))
    // Stable: cues of one moment stay in the order of their file.
    .sort((a, b) => a.startMs - b.startMs);
  const apart = [true, false].flatMap((isTop) => withoutOverlaps(placed.filter((cue) => cue.isTop === isTop)));
  return apart.sort(inOrder);
}

/** By their starts; of one moment, from the top of the picture down. */
export function inOrder(a: Cue, b: Cue): number {
  return a.startMs - b.startMs || Number(b.isTop) - Number(a.isTop);
}

function readingMs(cue: Cue): number {
  const ms = Math.round((plainText(cue).length / READ_CHARACTERS_A_SEC) * 1000);
  return Math.min(MAX_CUE_MS, Math.max(MIN_CUE_MS, ms));
}

/** A cue as it grows, with all texts and lines that are in it: layered subtitles repeat one or the other. */
interface Growing extends Cue {
  texts: Set<string>;
  characters: number;
}

/** @param sorted by their starts, all in one place of the picture */
function withoutOverlaps(sorted: Cue[]): Cue[] {
  const kept: Growing[] = [];
  for (const cue of sorted) {
    const text = plainText(cue);
    const last = kept.at(-1);
    const isApart = !last || cue.startMs >= last.endMs;
    if (!isApart && last.texts.has(text)) {
      last.endMs = Math.max(last.endMs, cue.endMs);
    } else if (!isApart && cue.startMs - last.startMs < TOGETHER_MS) {
      if (last.characters + text.length > MAX_CUE_CHARACTERS) continue;
      last.endMs = Math.max(last.endMs, cue.endMs);
      last.runs.push({ ...PLAIN, text: '\n' }, ...cue.runs);
      last.characters += text.length;
      for (const line of [text, ...text.split('\n')]) last.texts.add(line);
    } else {
      if (!isApart) last.endMs = cue.startMs;
      const texts = new Set([text, ...text.split('\n')]);
      kept.push({ ...cue, runs: [...cue.runs], texts, characters: text.length });
    }
  }
  return kept.map(({ startMs, endMs, isTop, runs }) => ({ startMs, endMs, isTop, runs }));
}

export const PLAIN: Omit<Run, 'text'> = { italic: false, bold: false, underline: false };
