import { breakLines } from './cue-lines.ts';
import { type Cue, mendCues, type Run } from './cues.ts';

/**
 * What every segment begins with (RFC 8216, 3.5): cues carry the film's own times, and the film's first picture is
 * shown at 0 of its own clock.
 */
const SEGMENT_HEAD = 'WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n';

/** A segment in which nobody says anything. */
export const EMPTY_SEGMENT = `${SEGMENT_HEAD}\n`;

/** Cues as they were read, made fit to be shown: times mended, lines broken. */
export function cleanCues(cues: readonly Cue[], options: { zeroMs: number; filmMs: number | null }): Cue[] {
  return breakLines(mendCues(cues, options));
}

/** Writes WebVTT (W3C) with nothing in it but text, `<i>`, `<b>`, `<u>`, and the top of the picture as a place. */
export function writeVtt(cues: readonly Cue[]): string {
  return `WEBVTT\n${cues.map(cueText).join('')}`;
}

/**
 * Writes the segments that hold any cue; a cue stands in each that it touches (RFC 8216, 3.5).
 *
 * @param segmentMs length of each segment, exact, in milliseconds
 * @returns by the segment's number, ascending
 */
export function vttSegments(cues: readonly Cue[], segmentMs: number): Map<number, string> {
  const held = new Map<number, Cue[]>();
  for (const cue of cues) {
    for (let n = Math.floor(cue.startMs / segmentMs); n * segmentMs < cue.endMs; n++) {
      if ((n + 1) * segmentMs <= cue.startMs) continue;
      const mine = held.get(n);
      if (mine) mine.push(cue);
      else held.set(n, [cue]);
    }
  }
  return new Map(
    [...held].sort(([a], [b]) => a - b).map(([n, mine]) => [n, SEGMENT_HEAD + mine.map(cueText).join('')]),
  );
}

function cueText(cue: Cue): string {
  const place = cue.isTop ? ' line:0' : '';
  return `\n${clock(cue.startMs)} --> ${clock(cue.endMs)}${place}\n${escapedText(cue.runs)}\n`;
}

/** Text with its tags, in which all else that could be one is escaped. */
export function escapedText(runs: readonly Run[]): string {
  return runs
    .map((run) => {
      const text = run.text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
      return tagged({ ...run, text });
    })
    .join('');
}

/** A stretch of text between the tags of its look; the text as it stands. */
export function tagged(run: Run): string {
  const tags = [run.bold ? 'b' : '', run.italic ? 'i' : '', run.underline ? 'u' : ''].filter((tag) => tag !== '');
  return `${tags.map((tag) => `<${tag}>`).join('')}${run.text}${tags
    .reverse()
    .map((tag) => `</${tag}>`)
    .join('')}`;
}

function clock(ms: number): string {
  const pad = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const sec = Math.floor(ms / 1000);
  return `${pad(Math.floor(sec / 3600))}:${pad(Math.floor(sec / 60) % 60)}:${pad(sec % 60)}.${pad(ms % 1000, 3)}`;
}
