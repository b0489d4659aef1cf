import { CHAPTERS_NAME } from '@marquee/core/chapters';
import type { SubtitlesResult } from '@marquee/core/job';
import type { AudioRendition, MediaPlan, SubtitleRendition } from '@marquee/core/plan';
import { subtitleName } from '@marquee/core/subtitle-name';
import { dubName } from './dub.ts';
import type { Stream, TrackFacts } from './stream.ts';
import { bitrates } from './stream.ts';

/**
 * Writes a media playlist (RFC 8216bis) of the segments that stand.
 *
 * @param complete false while the film is still being made: an EVENT playlist, which players poll
 */
export function mediaPlaylist(track: TrackFacts, targetSec: number, complete: boolean): string {
  const lines = head(targetSec, complete);
  lines.push('#EXT-X-MAP:URI="init.mp4"');
  track.segments.forEach((segment, i) => {
    lines.push(`#EXTINF:${seconds(segment.durationTicks / track.timescale)},`, segmentName(i));
  });
  return finish(lines, complete);
}

/** A subtitle track as one file, as DASH and our own player take it. */
export const TRACK_NAME = 'track.vtt';
/** The segment that stands for all in which nobody says anything: most of a film, and one object. */
export const EMPTY_NAME = 'empty.vtt';

/** File name of a subtitle segment within its track's folder, `index` from 0. */
export function vttSegmentName(index: number): string {
  return `${String(index).padStart(5, '0')}.vtt`;
}

/**
 * Writes the media playlist of a subtitle track. Its segments are those of the picture, so that it may grow with it
 * (RFC 8216bis, 6.2.4: subtitles of a growing film have the target duration of the rest).
 */
export function subtitlePlaylist(
  subtitles: SubtitlesResult,
  picture: TrackFacts,
  targetSec: number,
  complete: boolean,
): string {
  const lines = head(targetSec, complete);
  const spoken = new Set(subtitles.segments.map(([index]) => index));
  picture.segments.forEach((segment, i) => {
    lines.push(
      `#EXTINF:${seconds(segment.durationTicks / picture.timescale)},`,
      spoken.has(i) ? vttSegmentName(i) : EMPTY_NAME,
    );
  });
  return finish(lines, complete);
}

/** Writes a playlist of each segment's first picture, for scrubbing. */
export function iframePlaylist(track: TrackFacts, targetSec: number, complete: boolean): string {
  const lines = head(targetSec, complete);
  lines.push('#EXT-X-I-FRAMES-ONLY', '#EXT-X-MAP:URI="init.mp4"');
  track.segments.forEach((segment, i) => {
    lines.push(`#EXTINF:${seconds(segment.durationTicks / track.timescale)},`);
    lines.push(`#EXT-X-BYTERANGE:${segment.firstFrameBytes}@0`, segmentName(i));
  });
  return finish(lines, complete);
}

const SUBTITLE_GROUP = 'subtitles';
/** What Apple's players list as SDH (HLS Authoring Specification, 4.9). */
const HEARING_IMPAIRED =
  'public.accessibility.transcribes-spoken-dialog,public.accessibility.describes-music-and-sound';
/** And as made by a machine. */
const MACHINE_MADE = 'public.machine-generated';

/**
 * Writes the multivariant playlist: every rung with every kind of sound, and the I-frame streams.
 *
 * @param complete false while the film is still being made: what stands says little about what is to come, so
 *                 the rungs' ceilings are announced
 */
export function masterPlaylist(stream: Stream, complete: boolean): string {
  const { plan } = stream;
  const lines = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'];
  // Chapters may be found, and corrected, when this playlist is closed: their file is read anew each time.
  lines.push(`#EXT-X-SESSION-DATA:DATA-ID="com.apple.hls.chapters",URI="${CHAPTERS_NAME}"`);
  const groups = audioGroups(plan);
  const dubs = (plan.dubs ?? []).filter(({ name }) => stream.audio.has(name));
  for (const group of groups) {
    group.renditions.forEach((rendition) => {
      const fields = [
        'TYPE=AUDIO',
        `GROUP-ID="${group.id}"`,
        `NAME="${quoted(renditionName(rendition, group.renditions))}"`,
        ...(rendition.language === 'und' ? [] : [`LANGUAGE="${rendition.language}"`]),
        `DEFAULT=${rendition.default ? 'YES' : 'NO'}`,
        'AUTOSELECT=YES',
        `CHANNELS="${rendition.channels}"`,
        `URI="audio/${rendition.name}/index.m3u8"`,
      ];
      lines.push(`#EXT-X-MEDIA:${fields.join(',')}`);
    });
    // Every group has all dubs, so that none is missing where a player takes 5.1; none is chosen by a player itself.
    for (const dub of dubs) {
      const fields = [
        'TYPE=AUDIO',
        `GROUP-ID="${group.id}"`,
        `NAME="${quoted(dubName(dub))}"`,
        `LANGUAGE="${dub.language}"`,
        'DEFAULT=NO',
        'AUTOSELECT=NO',
        'CHANNELS="2"',
        `CHARACTERISTICS="${MACHINE_MADE}"`,
        `URI="audio/${dub.name}/index.m3u8"`,
      ];
      lines.push(`#EXT-X-MEDIA:${fields.join(',')}`);
    }
  }
  const subtitles = (plan.subtitles ?? []).filter(({ name }) => stream.subtitles.has(name));
  for (const rendition of subtitles) {
    const fields = [
      'TYPE=SUBTITLES',
      `GROUP-ID="${SUBTITLE_GROUP}"`,
      `NAME="${quoted(subtitleName(rendition, subtitles))}"`,
      ...(rendition.language === 'und' ? [] : [`LANGUAGE="${rendition.language}"`]),
      `DEFAULT=${rendition.default ? 'YES' : 'NO'}`,
      'AUTOSELECT=YES',
      `FORCED=${rendition.forced ? 'YES' : 'NO'}`,
      ...characteristicsOf(rendition),
      `URI="subtitles/${rendition.name}/index.m3u8"`,
    ];
    lines.push(`#EXT-X-MEDIA:${fields.join(',')}`);
  }
  const fps = plan.fps.num / plan.fps.den;
  for (const group of groups.length > 0 ? groups : [null]) {
    const tracks = [...(group?.renditions ?? []), ...dubs];
    const sound = group ? Math.max(...tracks.map((each) => stream.audio.get(each.name)?.peakBps ?? 0)) : 0;
    const soundAverage = group ? Math.max(...tracks.map((each) => stream.audio.get(each.name)?.averageBps ?? 0)) : 0;
    for (const rung of plan.rungs) {
      const track = stream.video.get(rung.name);
      if (!track) continue;
      const codecs = [track.codecs, ...(group ? ['mp4a.40.2'] : [])].join(',');
      const fields = [
        `BANDWIDTH=${(complete ? track.peakBps : Math.max(track.peakBps, rung.maxrateBps)) + sound}`,
        `AVERAGE-BANDWIDTH=${track.averageBps + soundAverage}`,
        `CODECS="${codecs}"`,
        `RESOLUTION=${rung.widthPx}x${rung.heightPx}`,
        `FRAME-RATE=${fps.toFixed(3)}`,
        ...(group ? [`AUDIO="${group.id}"`] : []),
        ...(subtitles.length > 0 ? [`SUBTITLES="${SUBTITLE_GROUP}"`] : []),
      ];
      lines.push(`#EXT-X-STREAM-INF:${fields.join(',')}`, `video/${rung.name}/index.m3u8`);
    }
  }
  for (const rung of plan.rungs) {
    const track = stream.video.get(rung.name);
    if (!track) continue;
    const frames = bitrates(
      track.segments.map((segment) => ({ ...segment, sizeBytes: segment.firstFrameBytes })),
      track.timescale,
    );
    const fields = [
      `BANDWIDTH=${frames.peakBps}`,
      `AVERAGE-BANDWIDTH=${frames.averageBps}`,
      `CODECS="${track.codecs}"`,
      `RESOLUTION=${rung.widthPx}x${rung.heightPx}`,
      `URI="video/${rung.name}/iframes.m3u8"`,
    ];
    lines.push(`#EXT-X-I-FRAME-STREAM-INF:${fields.join(',')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** File name of a segment within its track's folder, `index` from 0. */
export function segmentName(index: number): string {
  return `${String(index).padStart(5, '0')}.m4s`;
}

/** A name that tells the members of a group apart, as players list them. */
export function renditionName(rendition: AudioRendition, all: AudioRendition[]): string {
  const language = rendition.language === 'und' ? 'Original' : languageName(rendition.language);
  const name = rendition.title || language;
  const same = all.filter((other) => (other.title || other.language) === (rendition.title || rendition.language));
  return same.length > 1 ? `${name} ${same.indexOf(rendition) + 1}` : name;
}

/** Made when it is first needed: it takes longer than all else that this file does. */
let languageNames: Intl.DisplayNames | null = null;

function languageName(tag: string): string {
  languageNames ??= new Intl.DisplayNames(['en'], { type: 'language' });
  return languageNames.of(tag) ?? tag;
}

function characteristicsOf(rendition: SubtitleRendition): string[] {
  const marks = [
    ...(rendition.hearingImpaired ? [HEARING_IMPAIRED] : []),
    ...(rendition.automatic === undefined && rendition.ocr === undefined && !rendition.translated
      ? []
      : [MACHINE_MADE]),
  ];
  return marks.length > 0 ? [`CHARACTERISTICS="${marks.join(',')}"`] : [];
}

function audioGroups(plan: MediaPlan): { id: string; renditions: AudioRendition[] }[] {
  return [2, 6]
    .map((channels) => ({
      id: channels === 2 ? 'stereo' : 'surround',
      renditions: plan.audio.filter((rendition) => rendition.channels === channels),
    }))
    .filter((group) => group.renditions.length > 0);
}

function head(targetSec: number, complete: boolean): string[] {
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${targetSec}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    `#EXT-X-PLAYLIST-TYPE:${complete ? 'VOD' : 'EVENT'}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ];
}

function finish(lines: string[], complete: boolean): string {
  if (complete) lines.push('#EXT-X-ENDLIST');
  return `${lines.join('\n')}\n`;
}

function seconds(value: number): string {
  return value.toFixed(6);
}

/** Attribute strings may hold neither quotes nor line breaks (RFC 8216, 4.2). */
function quoted(text: string): string {
  return text.replace(/["\r\n]/g, "'");
}
