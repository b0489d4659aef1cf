import type { Config } from '@marquee/core/config';
import type { SpeechProviderConfig } from '@marquee/core/config-providers';
import type { AudioTrack, Inspection } from '@marquee/core/inspection';
import type { SubtitleRendition } from '@marquee/core/plan';
import type { ToolInput } from '@marquee/core/ports';
import { inputArgs } from './run-tool.ts';

/** Samples a second of what the recogniser hears. */
export const SPEECH_RATE = 16_000;
/** File that the sound is decoded to, in the tool's working directory: 16-bit samples of one channel. */
export const SPEECH_FILE = 'speech.pcm';

/** What hears the words of films: a model of the house's own, a service outside, both, or neither. */
export interface Hearing {
  model: Config['speech'];
  /** Whether the service hears what the model does not, or everything in its place; null where there is none. */
  service: SpeechProviderConfig['languages'] | null;
}

/**
 * One track of the words that are spoken, if anything here knows their language, or nobody said what it is, and no
 * subtitles have them already. Forced ones do not: those are for passages in other languages.
 *
 * @param written what people wrote
 */
export function planSpeech(
  inspection: Inspection,
  written: readonly SubtitleRendition[],
  hearing: Hearing,
): SubtitleRendition[] {
  const heard = spokenTrack(inspection.audio, hearing);
  if (heard === undefined) return [];
  const { automatic, streamIndex, codec } = heard;
  // The model of the house knows English alone: what it takes for words is that.
  const language = heard.language === 'und' && automatic !== 'provider' ? 'en' : heard.language;
  const isWritten = written.some(
    (each) =>
      !each.forced &&
      // Nothing is sent for words that may well stand there.
      (language === 'und' || primary(each.language) === primary(language) || each.language === heard.language),
  );
  if (isWritten) return [];
  const marks = { title: '', default: false, forced: false, hearingImpaired: false, automatic };
  return [{ name: `${language}-a0`, streamIndex, codec, language, ...marks }];
}

type Automatic = NonNullable<SubtitleRendition['automatic']>;

/**
 * The film's own sound before a dubbed one, and before people who talk about the film; where nothing here knows its
 * language, another one that is known.
 */
function spokenTrack(
  tracks: readonly AudioTrack[],
  hearing: Hearing,
): (AudioTrack & { automatic: Automatic }) | undefined {
  const inOrder = [...tracks].sort((a, b) => Number(isComment(a)) - Number(isComment(b)));
  const own = inOrder.find((track) => track.default) ?? inOrder[0];
  for (const track of own ? [own, ...inOrder.filter(({ language }) => language !== 'und')] : []) {
    const automatic = hearerOf(track.language, hearing);
    if (automatic !== null) return { ...track, automatic };
  }
  return undefined;
}

function hearerOf(language: string, { model, service }: Hearing): Automatic | null {
  if (service === 'all') return 'provider';
  const isModels = model !== 'off' && (language === 'und' || primary(language) === 'en');
  if (isModels) return model;
  return service === null ? null : 'provider';
}

function isComment(track: AudioTrack): boolean {
  return /\b(comment|descri)/i.test(track.title);
}

function primary(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
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

/** File that a part of the sound is compressed to, in the tool's working directory. */
export const PART_FILE = 'part.ogg';

/**
 * The ffmpeg command that compresses a part of what `speechArgs` left, for a service outside: Opus in Ogg, the same
 * bytes each time.
 */
export function speechPartArgs({ fromMs, toMs }: { fromMs: number; toMs: number }, bitrateBps: number): string[] {
  const raw = ['-f', 's16le', '-ar', String(SPEECH_RATE), '-ac', '1'];
  const part = ['-ss', (fromMs / 1000).toFixed(3), '-t', ((toMs - fromMs) / 1000).toFixed(3)];
  return [
    ...['-threads', '1', ...raw, ...part, '-i', SPEECH_FILE],
    ...['-c:a', 'libopus', '-b:a', String(bitrateBps), '-application', 'voip'],
    ...['-fflags', '+bitexact', '-flags:a', '+bitexact', '-map_metadata', '-1', '-f', 'ogg', PART_FILE],
  ];
}
