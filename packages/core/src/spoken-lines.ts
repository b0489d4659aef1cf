import { plainText } from './cues.ts';
import type { SpokenLine } from './moments.ts';
import { readSubtitles } from './subtitle-files.ts';

/** What a track says, a line for each cue, without marks and breaks. @param vtt the track as WebVTT */
export function spokenLines(vtt: string): SpokenLine[] {
  return readSubtitles(vtt, 'vtt').map((cue) => ({
    startMs: cue.startMs,
    endMs: cue.endMs,
    text: plainText(cue).replace(/\s+/g, ' ').trim(),
  }));
}
