import type { Chapter } from '@marquee/core/chapters';
import { planDurationSec, type SubtitleRendition } from '@marquee/core/plan';
import { subtitleName } from '@marquee/core/subtitle-name';
import { SAMPLE_RATE } from './audio.ts';
import { dubName } from './dub.ts';
import { TRACK_NAME } from './hls.ts';
import type { Stream, TrackFacts } from './stream.ts';

/** Events of it are chapters, their text the title. */
const CHAPTER_SCHEME = 'urn:marquee:chapters:2026';

/**
 * Writes the MPD (ISO/IEC 23009-1) of a finished film: one period, one adaptation set for the picture and
 * one for each sound track, segments listed by exact time (SegmentTimeline), and one for each subtitle track, which is
 * one small file.
 *
 * @param chapters those that are known: DASH has no words for them, so they are events of a scheme of our own, which
 *                 players hand on to the page around them
 */
export function manifest(stream: Stream, chapters: readonly Chapter[]): string {
  const { plan } = stream;
  const durationSec = planDurationSec(plan) ?? 0;
  const longestSec = Math.max(
    ...[...stream.video.values()].flatMap((track) =>
      track.segments.map((each) => each.durationTicks / track.timescale),
    ),
  );
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011,urn:mpeg:dash:profile:cmaf:2019" type="static" mediaPresentationDuration="${duration(durationSec)}" minBufferTime="${duration(longestSec)}" maxSegmentDuration="${duration(longestSec)}">`,
    `  <Period id="film" start="PT0S" duration="${duration(durationSec)}">`,
  ];
  if (chapters.length > 0) lines.push(...chapterEvents(chapters));
  const top = plan.rungs[0];
  lines.push(
    `    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1" maxWidth="${top?.widthPx}" maxHeight="${top?.heightPx}" frameRate="${plan.fps.num}/${plan.fps.den}">`,
  );
  for (const rung of plan.rungs) {
    const track = stream.video.get(rung.name);
    if (!track) continue;
    lines.push(
      `      <Representation id="${rung.name}" codecs="${track.codecs}" bandwidth="${track.peakBps}" width="${rung.widthPx}" height="${rung.heightPx}" sar="1:1">`,
      ...template(track, `video/${rung.name}`),
      '      </Representation>',
    );
  }
  lines.push('    </AdaptationSet>');
  plan.audio.forEach((rendition, i) => {
    const track = stream.audio.get(rendition.name);
    if (!track) return;
    const language = rendition.language === 'und' ? '' : ` lang="${xmlText(rendition.language)}"`;
    lines.push(
      `    <AdaptationSet id="${i + 1}" contentType="audio" mimeType="audio/mp4"${language} segmentAlignment="true" startWithSAP="1">`,
      ...(rendition.title ? [`      <Label>${xmlText(rendition.title)}</Label>`] : []),
      `      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="${rendition.default ? 'main' : 'alternate'}"/>`,
      `      <Representation id="${rendition.name}" codecs="${track.codecs}" bandwidth="${track.peakBps}" audioSamplingRate="${SAMPLE_RATE}">`,
      `        <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="${rendition.channels}"/>`,
      ...template(track, `audio/${rendition.name}`),
      '      </Representation>',
      '    </AdaptationSet>',
    );
  });
  const dubs = (plan.dubs ?? []).filter(({ name }) => stream.audio.has(name));
  dubs.forEach((dub, i) => {
    const track = stream.audio.get(dub.name) as TrackFacts;
    lines.push(
      `    <AdaptationSet id="${plan.audio.length + 1 + i}" contentType="audio" mimeType="audio/mp4" lang="${xmlText(dub.language)}" segmentAlignment="true" startWithSAP="1">`,
      `      <Label>${xmlText(dubName(dub))}</Label>`,
      '      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="dub"/>',
      `      <Representation id="${dub.name}" codecs="${track.codecs}" bandwidth="${track.peakBps}" audioSamplingRate="${SAMPLE_RATE}">`,
      '        <AudioChannelConfiguration schemeIdUri="urn:mpeg:mpegB:cicp:ChannelConfiguration" value="2"/>',
      ...template(track, `audio/${dub.name}`),
      '      </Representation>',
      '    </AdaptationSet>',
    );
  });
  const subtitles = (plan.subtitles ?? []).filter(({ name }) => stream.subtitles.has(name));
  subtitles.forEach((rendition, i) => {
    const language = rendition.language === 'und' ? '' : ` lang="${xmlText(rendition.language)}"`;
    const bits = (stream.subtitles.get(rendition.name)?.sizeBytes ?? 0) * 8;
    lines.push(
      `    <AdaptationSet id="${plan.audio.length + dubs.length + 1 + i}" contentType="text" mimeType="text/vtt"${language}>`,
      `      <Label>${xmlText(subtitleName(rendition, subtitles))}</Label>`,
      `      <Role schemeIdUri="urn:mpeg:dash:role:2011" value="${roleOf(rendition)}"/>`,
      `      <Representation id="subtitles-${rendition.name}" bandwidth="${Math.max(1, Math.ceil(bits / Math.max(1, durationSec)))}">`,
      `        <BaseURL>subtitles/${rendition.name}/${TRACK_NAME}</BaseURL>`,
      '      </Representation>',
      '    </AdaptationSet>',
    );
  });
  lines.push('  </Period>', '</MPD>');
  return `${lines.join('\n')}\n`;
}

function chapterEvents(chapters: readonly Chapter[]): string[] {
  const ms = (sec: number) => Math.round(sec * 1000);
  return [
    `    <EventStream schemeIdUri="${CHAPTER_SCHEME}" timescale="1000">`,
    ...chapters.map(
      ({ startSec, endSec, title }, i) =>
        `      <Event presentationTime="${ms(startSec)}" duration="${ms(endSec) - ms(startSec)}" id="${i + 1}">${xmlText(title)}</Event>`,
    ),
    '    </EventStream>',
  ];
}

/** DASH role scheme (ISO/IEC 23009-1, 5.8.5.5): captions also tell what is heard besides speech. */
function roleOf(rendition: SubtitleRendition): string {
  if (rendition.forced) return 'forced-subtitle';
  return rendition.hearingImpaired ? 'caption' : 'subtitle';
}

function template(track: TrackFacts, folder: string): string[] {
  const lines = [
    `        <SegmentTemplate timescale="${track.timescale}" startNumber="0" initialization="${folder}/init.mp4" media="${folder}/$Number%05d$.m4s">`,
    '          <SegmentTimeline>',
  ];
  let i = 0;
  while (i < track.segments.length) {
    const ticks = track.segments[i]?.durationTicks ?? 0;
    let run = 1;
    while (track.segments[i + run]?.durationTicks === ticks) run++;
    lines.push(`            <S${i === 0 ? ' t="0"' : ''} d="${ticks}"${run > 1 ? ` r="${run - 1}"` : ''}/>`);
    i += run;
  }
  return [...lines, '          </SegmentTimeline>', '        </SegmentTemplate>'];
}

function duration(sec: number): string {
  return `PT${Number(sec.toFixed(6))}S`;
}

function xmlText(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`).replace(/[^\x20-\u{10ffff}]/gu, ' ');
}
