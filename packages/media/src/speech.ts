import type { AudioTrack, Inspection } from '@marquee/core/inspection';
import type { SubtitleRendition } from '@marquee/core/plan';
import type { ToolInput } from '@marquee/core/ports';
import { inputArgs } from './run-tool.ts';

/** Samples a second of what the recogniser hears. */
export const SPEECH_RATE = 16_000;
/** File that the sound is decoded to, in the tool's working directory: 16-bit samples of one channel. */
export const SPEECH_FILE = 'speech.pcm';

/**
 * One track of the words that are spoken, if they are English, or nobody said what they are, and no subtitles have them
 * already. Forced ones do not: those are for passages in other languages.
 *
 * @param written what people wrote
 */
export function planSpeech(
  inspection: Inspection,
  written: readonly SubtitleRendition[],
  model: NonNullable<SubtitleRendition['automatic']>,
): SubtitleRendition[] {
  const heard = spokenTrack(inspection.audio);
  if (heard === undefined) return [];
  const isWritten = written.some(
    (each) => !each.forced && (isEnglish(each.language) || each.language === heard.language),
  );
  if (isWritten) return [];
  const language = isEnglish(heard.language) ? heard.language : 'en';
  const marks = { title: '', default: false, forced: false, hearingImpaired: false, automatic: model };
  return [{ name: `${language}-a0`, streamIndex: heard.streamIndex, codec: heard.codec, language, ...marks }];
}

/** The film's own sound before a dubbed one, and before people who talk about the film. */
function spokenTrack(tracks: readonly AudioTrack[]): AudioTrack | undefined {
  const inOrder = [...tracks].sort((a, b) => Number(isComment(a)) - Number(isComment(b)));
  const own = inOrder.find((track) => track.default) ?? inOrder[0];
  if (own?.language === 'und') return own;
  return own && isEnglish(own.language) ? own : inOrder.find((track) => isEnglish(track.language));
}

function isComment(track: AudioTrack): boolean {
  return /\b(comment|descri)/i.test(track.title);
}

function isEnglish(language: string): boolean {
  return /^en(-|$)/i.test(language);
}

/**
 * The ffmpeg command that decodes a sound track for the recogniser, on the film's clock: late sound is preceded by
 * silence, early sound is cut, gaps are filled.
 *
 * @param sound.zeroSec film time 0 on the container's clock
 * @param longestSec    where it ends, whatever the file says
 */
export function speechArgs(
  sound: { streamIndex: number; zeroSec: number },
  input: ToolInput,
  longestSec: number,
): string[] {
  const filters = [
    `asetpts=PTS-round((${sound.zeroSec})/TB)`,
    `aresample=${SPEECH_RATE}:async=1:min_hard_comp=0.05:first_pts=0`,
    'aformat=sample_fmts=s16:channel_layouts=mono',
    'asetpts=N',
  ];
  return [
    '-threads',
    '1',
    '-copyts',
    ...inputArgs(input),
    '-map',
    `0:${sound.streamIndex}`,
    '-vn',
    '-sn',
    '-dn',
    '-af',
    filters.join(','),
    '-filter_threads',
    '1',
    '-t',
    longestSec.toFixed(3),
    '-ar',
    String(SPEECH_RATE),
    '-f',
    's16le',
    SPEECH_FILE,
  ];
}
