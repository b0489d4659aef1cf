import { deflateSync } from 'node:zlib';
import type { SubtitleTrack } from '@marquee/core/inspection';
import type { SubtitleRendition } from '@marquee/core/plan';
import { canvasOf, isPictureTrack, pictureArgs, readPng, readTimes } from '@marquee/media/ocr';
import { planSubtitles } from '@marquee/media/subtitles';
import { describe, expect, it } from 'vitest';
import { INSPECTION, textTrack } from './films.ts';

const pgs = (streamIndex: number, language: string, more: Partial<SubtitleTrack> = {}) =>
  textTrack(streamIndex, 'hdmv_pgs_subtitle', language, more);
const plan = (subtitles: SubtitleTrack[], speech: 'off' | 'tiny' = 'off') =>
  planSubtitles({ ...INSPECTION, subtitles }, [], speech, 'on');

describe('tracks of pictures', () => {
  it('are planned beside texts, each with the size that it is drawn on', () => {
    expect(
      ['dvd_subtitle', 'hdmv_pgs_subtitle', 'subrip', 'dvb_teletext'].map((codec) => isPictureTrack({ codec })),
    ).toEqual([true, true, false, false]);
    const tracks = [pgs(3, 'en', { title: 'English SDH' }), textTrack(4, 'subrip', 'en')];
    expect(plan(tracks)).toMatchObject([
      { name: 'en-0', streamIndex: 4 },
      { name: 'en-p0', streamIndex: 3, ocr: 'on', hearingImpaired: true, widthPx: 1920, heightPx: 1080 },
    ]);
    const { video } = INSPECTION;
    const sized = (widthPx: number, heightPx: number) => canvasOf(pgs(3, 'en', { widthPx, heightPx }), video);
    expect(sized(720, 480)).toEqual({ widthPx: 720, heightPx: 480 });
    // However large the file says.
    expect(sized(60_000, 60_000)).toEqual({ widthPx: 4096, heightPx: 2304 });
    expect(canvasOf(pgs(3, 'en'), { ...video, codedWidthPx: 3840, codedHeightPx: 2160 }).widthPx).toBe(3840);
  });

  it('stand unasked only where they can be read, and keep a film from being heard only then', () => {
    const sound = { ...INSPECTION, audio: INSPECTION.audio.slice(0, 1) };
    const defaults = (...tracks: SubtitleTrack[]) =>
      planSubtitles({ ...sound, subtitles: tracks }, [], 'tiny', 'on').map((track) => [track.name, track.default]);
    expect(defaults(pgs(3, 'fr', { default: true }), pgs(4, 'zh', { default: true }))).toEqual([
      ['fr-p0', false],
      ['zh-p1', true],
      ['en-a0', false],
    ]);
    expect(defaults(pgs(3, 'en'))).toEqual([['en-p0', false]]);
    expect(planSubtitles({ ...sound, subtitles: [pgs(3, 'en')] }, [], 'tiny', 'off').map(({ name }) => name)).toEqual([
      'en-p0',
      'en-a0',
    ]);
  });

  it('are drawn by the command of the golden file', async () => {
    const [rendition] = plan([pgs(3, 'en')]) as [SubtitleRendition];
    const args = pictureArgs({ rendition }, { url: '/objects/source', protocols: ['file'] }, 158);
    await expect(`${args.join('\n')}\n`).toMatchFileSnapshot('golden/ocr.txt');
  });
});

describe('times of pictures', () => {
  const frames = (...rows: [at: number, length: number][]) =>
    `#software: x\n#tb 0: 1/1000\n#codec_id 0: rawvideo\n${rows.map(([at, length]) => `0, ${at}, ${at}, ${length}, 9, 0x1\n`).join('')}`;

  it('are those of the tool, and ends those of packets that have any', () => {
    const times = frames([0, 1], [1010, 1], [2000, 1], [5000, 1]);
    const packets = frames([1000, 800], [5000, 0]);
    expect(readTimes(times, packets, { codec: 'dvd_subtitle' })).toEqual([
      { startMs: 0, endMs: null },
      { startMs: 1010, endMs: 1800 },
      { startMs: 2000, endMs: null },
      { startMs: 5000, endMs: null },
    ]);
    expect(readTimes(times, packets, { codec: 'hdmv_pgs_subtitle' })[1]).toEqual({ startMs: 1010, endMs: null });
  });

  it('are put right where the tool was ahead of a picture', () => {
    const times = frames([1000, 1], [3039, 1], [3039, 1], [5000, 1]);
    const shown = readTimes(times, frames([1000, 900], [3033, 900]), { codec: 'dvd_subtitle' });
    expect(shown.map(({ startMs, endMs }) => [startMs, endMs])).toEqual([
      [1000, 1900],
      [3033, null],
      [3033, 3933],
      [5000, null],
    ]);
  });

  it('are none where nothing was written, or nothing that makes sense', () => {
    expect(readTimes('', '', { codec: 'dvd_subtitle' })).toEqual([]);
    expect(readTimes('#tb 0: 1/1000\n0, x, NOPTS, , 1\n', '', { codec: 'dvd_subtitle' })).toEqual([]);
  });
});

describe('pictures', () => {
  const chunk = (kind: string, data: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(data.length);
    head.write(kind, 4, 'latin1');
    return Buffer.concat([head, data, Buffer.alloc(4)]);
  };
  const png = (widthPx: number, heightPx: number, rows: number[][], colour = 4) => {
    const size = Buffer.alloc(13);
    size.writeUInt32BE(widthPx);
    size.writeUInt32BE(heightPx, 4);
    size.set([8, colour], 8);
    const packed = deflateSync(Buffer.from(rows.flatMap((row) => [0, ...row])));
    const data = [chunk('IDAT', packed.subarray(0, 5)), chunk('IDAT', packed.subarray(5))];
    return Buffer.concat([Buffer.alloc(8), chunk('IHDR', size), ...data, chunk('IEND', Buffer.alloc(0))]);
  };
  const reader = (bytes: Buffer) => async (from: number, count: number) => bytes.subarray(from, from + count);
  const rows = [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ];

  it('are read one after another', async () => {
    const file = Buffer.concat([png(2, 2, rows), png(1, 1, [[9, 9]])]);
    const first = await readPng(reader(file), 0);
    expect(first?.picture).toEqual({ widthPx: 2, heightPx: 2, values: Uint8Array.from(rows.flat()) });
    expect((await readPng(reader(file), 0, false))?.picture).toBeNull();
    const second = await readPng(reader(file), first?.endByte ?? 0);
    expect(second?.picture?.values).toEqual(Uint8Array.from([9, 9]));
    expect(await readPng(reader(file), second?.endByte ?? 0)).toBeNull();
  });

  it('that break off are none, and none are larger than they say', async () => {
    const whole = png(2, 2, rows);
    for (const end of [4, 12, 30, 45, whole.length - 14])
      expect(await readPng(reader(whole.subarray(0, end)), 0)).toBeNull();
    await expect(readPng(reader(png(1, 1, rows)), 0)).rejects.toThrow();
    await expect(readPng(reader(png(60_000, 60_000, [])), 0)).rejects.toThrow(/none of the pictures/);
    await expect(readPng(reader(png(2, 2, rows, 6)), 0)).rejects.toThrow(/none of the pictures/);
  });
});
