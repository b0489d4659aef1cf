import type { AudioRendition, AudioWindow, DubRendition, SubtitleRendition } from '@marquee/core/plan';
import type { ToolInput } from '@marquee/core/ports';
import { FRAME_SAMPLES, laidOnClock, SAMPLE_RATE, soundOutputArgs, soundSeekSec } from './audio.ts';
import { inputArgs } from './run-tool.ts';

/** Samples a second of the lines, and the file in which they stand on the film's clock: 16-bit, one channel. */
export const VOICE_RATE = 24_000;
export const VOICE_FILE = 'voice.pcm';
export const VOICE_BYTES_A_MS = (VOICE_RATE * 2) / 1000;
/** A line as it came, and as samples. */
export const LINE_FILE = 'line';
export const LINE_PCM = 'line.pcm';

/** Frames encoded before a window's first and thrown away: what lowers the film's sound has to be in its stride, too. */
export const DUB_PREROLL_FRAMES = 120;

/**
 * One dub for each language that the house wants, that no sound track of the film is in, and that there are words in.
 *
 * @param subtitles all that the film is planned to have, translations too
 */
export function planDubs(
  audio: readonly AudioRendition[],
  subtitles: readonly SubtitleRendition[],
  languages: readonly string[],
): DubRendition[] {
  const own = audio.filter(({ channels }) => channels === 2);
  const base = own.find((track) => track.default) ?? own[0];
  if (base === undefined) return [];
  const { streamIndex } = base;
  const surround = audio.some((track) => track.channels === 6 && track.streamIndex === streamIndex);
  return languages
    .filter((language) => !audio.some((track) => primary(track.language) === primary(language)))
    .filter((language) => subtitles.some((track) => !track.forced && primary(track.language) === primary(language)))
    .map((language) => ({ name: `${language}-d0`, language, streamIndex, surround, bitrateBps: base.bitrateBps }));
}

/** What players call a dub: nobody shall take it for the actors. */
export function dubName(dub: DubRendition): string {
  const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(dub.language) ?? dub.language;
  return `${name} (dubbed by a machine)`;
}

/** The ffmpeg command that makes samples of a line: without silence around it, and faster where it has to be. */
export function lineArgs(file: ToolInput, tempo: number): string[] {
  const silence = 'silenceremove=start_periods=1:start_threshold=-50dB';
  const filters = [
    `aresample=${VOICE_RATE}`,
    'aformat=sample_fmts=s16:channel_layouts=mono',
    ...[silence, 'areverse', silence, 'areverse'],
    ...(tempo > 1 ? [`atempo=${tempo.toFixed(4)}`] : []),
  ];
  return [
    ...['-threads', '1', ...inputArgs(file), '-vn', '-sn', '-dn', '-af', filters.join(',')],
    ...['-filter_threads', '1', '-ac', '1', '-ar', String(VOICE_RATE), '-f', 's16le', LINE_PCM],
  ];
}

/** A window of a dub, as its frames count: `preroll` before the first are thrown away. */
export function dubFrames(window: AudioWindow): { startFrame: number; preroll: number; count: number } {
  const startFrame = window.segmentFrames[0] as number;
  const endFrame = window.segmentFrames.at(-1) as number;
  return { startFrame, preroll: Math.min(DUB_PREROLL_FRAMES, startFrame), count: endFrame - startFrame };
}

/**
 * How the film's sound and the lines become one, as a filter graph. Where lines are spoken, what people say in the film is
 * lowered by far, and all else a little: in 5.1 what people say is the centre, in stereo the middle of the band. The
 * lines themselves lower it (a compressor that listens to them), so that it comes and goes softly.
 *
 * @param film  filters that lay the film's sound on its clock
 * @param voice the same for the lines
 */
export function dubGraph({ film, voice, surround }: { film: string[]; voice: string[]; surround: boolean }): string {
  const parts = surround
    ? [
        `[film]asplit=2[front][around]`,
        `[front]pan=stereo|c0=0.707*FC|c1=0.707*FC[speech]`,
        `[around]pan=stereo|c0=FL+0.5*SL+0.5*BL|c1=FR+0.5*SR+0.5*BR[rest]`,
      ]
    : [`[film]acrossover=split=250 4500:order=4th[low][speech][high]`, `[low][high]amix=inputs=2:normalize=0[rest]`];
  return [
    `[0:a]${film.join(',')}[film]`,
    `[1:a]${voice.join(',')},asplit=3[lines][key][quiet]`,
    ...parts,
    `[speech][key]sidechaincompress=threshold=0.003:ratio=20:attack=10:release=300[under]`,
    `[rest][quiet]sidechaincompress=threshold=0.02:ratio=3:attack=10:release=300[effects]`,
    `[under][effects][lines]amix=inputs=3:normalize=0,alimiter=limit=0.95:level=0[out]`,
  ].join(';');
}

/** The ffmpeg command of one window of a dub. */
export function dubArgs(
  dub: DubRendition & { zeroSec: number; containerStartSec: number },
  window: AudioWindow,
  input: ToolInput,
): string[] {
  const { startFrame, preroll, count } = dubFrames(window);
  const startSample = (startFrame - preroll) * FRAME_SAMPLES;
  const samples = (preroll + count + 3) * FRAME_SAMPLES;
  const end = [`apad=whole_len=${samples}`, `atrim=end_sample=${samples}`, 'asetpts=N'];
  const graph = dubGraph({
    film: [...laidOnClock(dub.zeroSec, startSample, dub.surround ? '5.1' : 'stereo'), ...end],
    voice: [`aresample=${SAMPLE_RATE}`, 'aformat=sample_fmts=fltp:channel_layouts=stereo', ...end],
    surround: dub.surround,
  }).replace('[0:a]', `[0:${dub.streamIndex}]`);
  const voice = ['-f', 's16le', '-ar', String(VOICE_RATE), '-ac', '1'];
  return [
    ...['-threads', '1', '-copyts', '-noaccurate_seek'],
    ...['-ss', soundSeekSec(dub, startSample).toFixed(6), ...inputArgs(input)],
    ...[...voice, '-ss', (startSample / SAMPLE_RATE).toFixed(6), '-i', VOICE_FILE],
    ...['-filter_complex', graph, '-filter_complex_threads', '1', '-map', '[out]'],
    ...soundOutputArgs(dub.bitrateBps),
  ];
}

function primary(language: string): string {
  return language.toLowerCase().split('-')[0] ?? '';
}
