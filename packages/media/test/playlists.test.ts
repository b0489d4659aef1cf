import { chaptersJson } from '@marquee/core/chapters';
import type { Chunk } from '@marquee/core/plan';
import { audioArgs, openingWindow } from '@marquee/media/audio';
import { codecsOf, onFilmClock, readFragmented, readSegment, type Sample, writeSegment } from '@marquee/media/cmaf';
import { manifest } from '@marquee/media/dash';
import { iframePlaylist, masterPlaylist, mediaPlaylist, renditionName, subtitlePlaylist } from '@marquee/media/hls';
import { headArgs } from '@marquee/media/probe';
import { planStoryboard, storyboardVtt } from '@marquee/media/storyboard';
import type { Stream, TrackFacts } from '@marquee/media/stream';
import { bitrates } from '@marquee/media/stream';
import { planSubtitles } from '@marquee/media/subtitles';
import { sheetArgs } from '@marquee/media/thumbnail-args';
import { transcodeArgs } from '@marquee/media/transcode-args';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chunkPayload, INSPECTION, planOf, textTrack } from './films.ts';

const golden = (name: string) => `golden/${name}`;

function track(codecs: string, timescale: number, durations: number[], bytesPerTick: number): TrackFacts {
  const segments = durations.map((durationTicks, i) => ({
    durationTicks,
    sizeBytes: Math.round(durationTicks * bytesPerTick) + i,
    firstFrameBytes: 500 + i,
  }));
  return { codecs, timescale, segments, ...bitrates(segments, timescale) };
}

function stream(): Stream {
  const plan = { ...planOf(INSPECTION), frameCount: 216, chunkCount: 2 };
  const video = new Map(
    plan.rungs.map((rung) => [rung.name, track('avc1.64001f', 1008, [4032, 4032, 1008], rung.maxrateBps / 16_000)]),
  );
  const audio = new Map(
    plan.audio.map((rendition) => [rendition.name, track('mp4a.40.2', 48_000, [192_512, 191_488, 48_128], 0.3)]),
  );
  return { plan, video, audio, subtitles: new Map() };
}

describe('playlists and manifests', () => {
  it('are as the golden files say', async () => {
    const film = stream();
    const top = film.video.get('h264-720') as TrackFacts;
    await expect(masterPlaylist(film, true)).toMatchFileSnapshot(golden('master.m3u8'));
    await expect(masterPlaylist(film, false)).toMatchFileSnapshot(golden('master-growing.m3u8'));
    await expect(mediaPlaylist(top, 4, true)).toMatchFileSnapshot(golden('video.m3u8'));
    await expect(mediaPlaylist(top, 4, false)).toMatchFileSnapshot(golden('video-growing.m3u8'));
    await expect(iframePlaylist(top, 4, true)).toMatchFileSnapshot(golden('iframes.m3u8'));
    await expect(manifest(film, [])).toMatchFileSnapshot(golden('manifest.mpd'));
    const { storyboard } = planStoryboard(film.plan, 216);
    await expect(storyboardVtt(storyboard, 9)).toMatchFileSnapshot(golden('storyboard.vtt'));
  });

  it('list subtitles that stand, each with what it is for, and leave the rest of a film as it is', async () => {
    const film = stream();
    const tracks = [
      textTrack(3, 'subrip', 'en'),
      textTrack(4, 'ass', 'en', { title: 'SDH', default: true }),
      textTrack(5, 'webvtt', 'de', { title: 'Kino & "Saal"', default: true }),
      textTrack(6, 'mov_text', 'fr', { forced: true }),
      textTrack(7, 'subrip', 'und'),
    ];
    const subtitles = planSubtitles({ ...INSPECTION, subtitles: tracks });
    const plan = { ...film.plan, subtitles };
    const result = {
      leftOut: null,
      cues: 2,
      sizeBytes: 90,
      segments: [
        [0, 60],
        [2, 70],
      ] as [number, number][],
    };
    // The last one was left out.
    const standing = new Map(subtitles.slice(0, 4).map(({ name }) => [name, result]));
    const told = { ...film, plan, subtitles: standing };
    await expect(masterPlaylist(told, true)).toMatchFileSnapshot(golden('master-subtitles.m3u8'));
    await expect(manifest(told, [])).toMatchFileSnapshot(golden('manifest-subtitles.mpd'));
    const picture = film.video.get('h264-720') as TrackFacts;
    await expect(subtitlePlaylist(result, picture, 4, true)).toMatchFileSnapshot(golden('subtitles.m3u8'));
    await expect(subtitlePlaylist(result, picture, 4, false)).toMatchFileSnapshot(golden('subtitles-growing.m3u8'));
    const none = { ...film, plan, subtitles: new Map() };
    expect(masterPlaylist(none, true)).toBe(masterPlaylist(film, true));
    expect(manifest(none, [])).toBe(manifest(film, []));
  });

  it('tell of chapters, which DASH has as events', () => {
    const chapters = [
      { startSec: 0, endSec: 4.5, title: 'Before & after' },
      { startSec: 4.5, endSec: 9, title: 'The <end>' },
    ];
    const told = manifest(stream(), chapters);
    expect(told).toContain(`    <EventStream schemeIdUri="urn:marquee:chapters:2026" timescale="1000">
      <Event presentationTime="0" duration="4500" id="1">Before &#38; after</Event>
      <Event presentationTime="4500" duration="4500" id="2">The &#60;end&#62;</Event>
    </EventStream>
    <AdaptationSet id="0" contentType="video"`);
    expect(told.replace(/ *<EventStream[\s\S]*<\/EventStream>\n/, '')).toBe(manifest(stream(), []));
    expect(masterPlaylist(stream(), true)).toContain('DATA-ID="com.apple.hls.chapters",URI="chapters.json"');
    expect(JSON.parse(chaptersJson(chapters))[1]).toEqual({
      chapter: 2,
      'start-time': 4.5,
      duration: 4.5,
      titles: [{ language: 'und', title: 'The <end>' }],
    });
  });

  it('tell sound tracks of one language apart, and keep quotes out of attributes', () => {
    const [english, german] = planOf(INSPECTION).audio;
    if (!english || !german) throw new Error('the test film has two languages');
    expect(renditionName(english, [english, german])).toBe('English');
    const second = { ...english, name: 'en-1' };
    expect(renditionName(second, [english, second])).toBe('English 2');
    expect(masterPlaylist(stream(), true)).toContain(`NAME="Kino & 'Saal'"`);
    expect(manifest(stream(), [])).toContain('<Label>Kino &#38; &#34;Saal&#34;</Label>');
  });
});

describe('commands', () => {
  const input = { url: '/objects/source', protocols: ['file'] };
  const chunk: Chunk = { index: 3, startFrame: 384, frames: 192, seekSec: 15.93, last: true };
  const lines = (args: string[]) => `${args.join('\n')}\n`;

  it('are as the golden files say', async () => {
    const plain = chunkPayload(INSPECTION, chunk);
    await expect(lines(transcodeArgs(plain, input, 'zscale'))).toMatchFileSnapshot(golden('transcode.txt'));
    await expect(lines(transcodeArgs(plain, input, 'scale', 2))).toMatchFileSnapshot(golden('transcode-frugal.txt'));
    const hdr = {
      ...INSPECTION.video,
      hdr: 'pq' as const,
      pixelFormat: 'yuv420p10le',
      rotationDeg: 90 as const,
      interlaced: true,
      fieldOrder: 'tff' as const,
    };
    const odd = chunkPayload({ ...INSPECTION, video: hdr }, { ...chunk, last: false });
    await expect(lines(transcodeArgs(odd, input, 'zscale'))).toMatchFileSnapshot(golden('transcode-hdr.txt'));
    const rendition = planOf(INSPECTION).audio[2];
    const tracks = INSPECTION.audio[1];
    if (!rendition || !tracks) throw new Error('the test film has a 5.1 track');
    const sound = { ...plain, track: tracks, rendition, zeroSec: 0.020996, window: openingWindow(4) };
    await expect(lines(audioArgs(sound, input))).toMatchFileSnapshot(golden('audio.txt'));
    await expect(lines(headArgs(input))).toMatchFileSnapshot(golden('probe.txt'));
    const { storyboard, frames } = planStoryboard({ ...planOf(INSPECTION), frameCount: 216 }, 216);
    await expect(lines(sheetArgs(storyboard, frames))).toMatchFileSnapshot(golden('sheet.txt'));
  });

  it('never let a source name become an option or another protocol', () => {
    for (const args of [headArgs(input), transcodeArgs(chunkPayload(INSPECTION, chunk), input, 'scale')]) {
      const at = args.indexOf('-i');
      expect(args[at + 1]).toBe('/objects/source');
      expect(args.slice(0, at)).toContain('-protocol_whitelist');
      expect(args.slice(0, at)).toContain('-format_whitelist');
    }
  });
});

describe('segments', () => {
  const samples: fc.Arbitrary<Sample[]> = fc.array(
    fc.record({
      data: fc.uint8Array({ minLength: 1, maxLength: 200 }),
      durationTicks: fc.integer({ min: 1, max: 100_000 }),
      offsetTicks: fc.integer({ min: -1000, max: 100_000 }),
      keyframe: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  );

  it('read back as they were written, at any time of a long film', () => {
    fc.assert(
      fc.property(samples, fc.nat(), fc.maxSafeNat(), (list, sequence, baseTicks) => {
        const { bytes, firstSampleEnd } = writeSegment(sequence, baseTicks, list);
        const read = readSegment(bytes);
        expect(read.map((each) => ({ ...each, data: [...each.data] }))).toEqual(
          list.map((each) => ({ ...each, data: [...each.data] })),
        );
        const first = list[0] as Sample;
        expect([...bytes.subarray(firstSampleEnd - first.data.length, firstSampleEnd)]).toEqual([...first.data]);
      }),
    );
  });

  it('put every picture at its place on the film clock, and none before it is decoded', () => {
    // Shown one, two or four pictures apart from decoding, as a pyramid of B-frames is.
    const order = [0, 4, 2, 1, 3, 8, 6, 5, 7];
    const encoded = (delay: number): Sample[] =>
      order.map((shown, i) => ({
        data: new Uint8Array(1),
        durationTicks: 42,
        offsetTicks: (shown - i + delay) * 42,
        keyframe: i === 0,
      }));
    for (const startFrame of [0, 1, 2, 3, 96]) {
      const { startTicks, samples: placed } = onFilmClock(encoded(2), startFrame, 42);
      let ticks = startTicks;
      placed.forEach((sample, i) => {
        expect(sample.offsetTicks).toBeGreaterThanOrEqual(0);
        expect(sample.durationTicks).toBeGreaterThan(0);
        expect(ticks + sample.offsetTicks).toBe((startFrame + (order[i] as number)) * 42);
        ticks += sample.durationTicks;
      });
      // The next chunk follows without a gap.
      expect(onFilmClock(encoded(2), startFrame + order.length, 42).startTicks).toBe(ticks);
    }
    const [first, second] = encoded(2) as [Sample, Sample];
    expect(() => onFilmClock([first, { ...second, offsetTicks: -84 }], 96, 42)).toThrow(/out of order/);
  });

  it('refuse what is cut off or no segment, without reading past its end', () => {
    fc.assert(
      fc.property(samples, fc.double({ min: 0, max: 0.99, noNaN: true }), (list, share) => {
        const { bytes } = writeSegment(1, 0, list);
        const cut = bytes.subarray(0, Math.floor(bytes.length * share));
        try {
          expect(readSegment(cut)).toEqual([]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'OUTPUT_INVALID' });
        }
      }),
    );
    expect(() => readFragmented(Buffer.from('no film at all'))).toThrow(/cannot be published/);
    expect(() => codecsOf(Buffer.from('neither'))).toThrow(/codec is unknown/);
  });
});
