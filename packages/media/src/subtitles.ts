import type { Config } from '@marquee/core/config';
import type { Cue } from '@marquee/core/cues';
import type { Inspection, SubtitleTrack } from '@marquee/core/inspection';
import type { Payload } from '@marquee/core/messages';
import { editOf, type UploadedSubtitles } from '@marquee/core/movie';
import { writingOf } from '@marquee/core/ocr-language';
import type { SubtitleRendition } from '@marquee/core/plan';
import type { ToolInput } from '@marquee/core/ports';
import { readSubtitles, type SubtitleFormat } from '@marquee/core/subtitle-files';
import { canvasOf, isPictureTrack } from './ocr.ts';
import { inputArgs } from './run-tool.ts';
import { type Hearing, planSpeech } from './speech.ts';

/**
 * Text tracks, by ffmpeg's name of their codec: the file that each is taken out as, and the encoder. What is text
 * already is copied, so that no conversion touches it; times of `ass` would be rounded to hundredths of a second.
 */
const TEXT_CODECS: Record<string, { format: SubtitleFormat; muxer: string; encoder: string } | undefined> = {
  subrip: { format: 'srt', muxer: 'srt', encoder: 'copy' },
  text: { format: 'srt', muxer: 'srt', encoder: 'subrip' },
  mov_text: { format: 'srt', muxer: 'srt', encoder: 'subrip' },
  webvtt: { format: 'vtt', muxer: 'webvtt', encoder: 'copy' },
  ass: { format: 'ass', muxer: 'ass', encoder: 'copy' },
  ssa: { format: 'ass', muxer: 'ass', encoder: 'copy' },
};

/** Containers in which the packets of all tracks lie mixed, so that one track cannot be read without the others. */
const MIXED = new Set(['matroska', 'webm', 'nut']);

/** Whether a track holds text, rather than pictures of it. */
export function isTextTrack(track: Pick<SubtitleTrack, 'codec'>): boolean {
  return TEXT_CODECS[track.codec] !== undefined;
}

/**
 * One rendition of every track of text, and of pictures: those that cannot be read say so. Files name the purpose of a track in its title as often as in its marks. A track
 * that the file marks as its default is shown unasked only if it has something to tell whoever understands the sound.
 * What people edited goes before what they made it from, which is planned all the same: then one can go back at once.
 *
 * @param uploaded what people gave the film; it is listed first, since they had a reason to
 * @param speech   the model that hears the words of a film in English of which nobody wrote them down
 * @param ocr      whether words are read off pictures
 * @param speechService what a service outside hears; null where there is none
 */
export function planSubtitles(
  inspection: Inspection,
  uploaded: readonly UploadedSubtitles[] = [],
  speech: Config['speech'] = 'off',
  ocr: Config['ocr'] = 'off',
  speechService: Hearing['service'] = null,
): SubtitleRendition[] {
  const spoken = (inspection.audio.find((track) => track.default) ?? inspection.audio[0])?.language;
  let hasDefault = false;
  const marked = (track: SubtitleTrack, isExpected: boolean) => {
    const forced = track.forced || /\bforced\b/i.test(track.title);
    const hearingImpaired = track.hearingImpaired || /\b(sdh|cc|hearing)\b/i.test(track.title);
    const isDefault = !hasDefault && isExpected && track.default && (forced || track.language !== spoken);
    hasDefault ||= isDefault;
    return { ...track, forced, hearingImpaired, default: isDefault };
  };
  const texts = inspection.subtitles.filter(isTextTrack).map((track, i) => {
    return { ...marked(track, true), name: `${track.language}-${i}` };
  });
  const isReadable = ({ language }: SubtitleTrack) => ocr === 'on' && writingOf(language) !== null;
  const pictures = inspection.subtitles.filter(isPictureTrack).map((track, i) => {
    const canvas = canvasOf(track, inspection.video);
    return { ...marked(track, isReadable(track)), ...canvas, name: `${track.language}-p${i}`, ocr };
  });
  const own = [...texts, ...pictures];
  const given = uploaded.map((track, i) => {
    const { key, language, title, forced, hearingImpaired } = track;
    const isDefault = own.some((each) => each.default && editOf([track], each) !== undefined);
    const facts = { streamIndex: 0, codec: 'webvtt', language, title, default: isDefault, forced, hearingImpaired };
    return { ...facts, name: `${language}-u${i}`, uploadKey: key };
  });
  // What people made of a track stands for it alone: what was heard is heard again, since nobody else wrote it down.
  const added = given.filter((_, i) => uploaded[i]?.editedFrom?.kind !== 'own');
  const written = [...added, ...texts, ...pictures.filter(isReadable)];
  const ofFilm = [...own, ...planSpeech(inspection, written, { model: speech, service: speechService })];
  return [
    ...given,
    ...ofFilm.map((track) => (editOf(uploaded, track) ? { ...track, keptBack: true as const } : track)),
  ];
}

/** File that a track is taken out to, in the tool's working directory. */
export const TRACK_FILE = 'track.txt';

/** The ffmpeg command that takes one text track out of a film, with the times of the container's clock. */
export function subtitleArgs(payload: Payload<'video.generate_subtitles'>, input: ToolInput): string[] {
  const { rendition, container } = payload;
  const { muxer, encoder } = codecOf(rendition);
  const track = ['-map', `0:${rendition.streamIndex}`, '-c:s', encoder, '-avoid_negative_ts', 'disabled', '-f', muxer];
  // Minutes may pass between two lines, in which a tool that looks for them would seem to be stuck: in a file that it
  // has to read through, the picture's packets show how far it is.
  const sign = MIXED.has(container) ? ['-map', '0:v:0', '-c:v', 'copy', '-f', 'null', '-'] : [];
  return [
    '-copyts',
    ...inputArgs(input),
    ...track,
    '-fflags',
    '+bitexact',
    '-map_metadata',
    '-1',
    '-map_chapters',
    '-1',
    TRACK_FILE,
    ...sign,
  ];
}

/**
 * Reads what `subtitleArgs` took out.
 *
 * @throws MarqueeError INPUT_UNREADABLE if it makes no sense
 */
export function readTrack(bytes: Uint8Array, rendition: SubtitleRendition): Cue[] {
  const text = decode(bytes);
  // A track without a single line is a file without any times.
  return text.trim() === '' ? [] : readSubtitles(text, codecOf(rendition).format);
}

/** Containers want UTF-8 in text tracks; files that were put into them unread are mostly of Windows. */
function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function codecOf(rendition: SubtitleRendition) {
  const codec = TEXT_CODECS[rendition.codec];
  if (!codec) throw new RangeError(`${rendition.codec} is no text`);
  return codec;
}
