import type { SourceIndex } from '@marquee/core/inspection';
import { tilesPerSheet } from '@marquee/core/plan';
import { FRAME_SAMPLES, openingWindow, planAudio, planWindows, SAMPLE_RATE, windowFrames } from '@marquee/media/audio';
import { openingChunk, planChunks, segmentFramesOf } from '@marquee/media/chunks';
import { decideFrameRate } from '@marquee/media/frame-rate';
import { planLadder } from '@marquee/media/ladder';
import { languageTag } from '@marquee/media/language';
import { readIndex } from '@marquee/media/source-index';
import { planStoryboard, storyboardVtt } from '@marquee/media/storyboard';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { INSPECTION, planOf } from './films.ts';

const RATES = [
  { num: 24, den: 1 },
  { num: 24_000, den: 1001 },
  { num: 25, den: 1 },
  { num: 30_000, den: 1001 },
  { num: 60, den: 1 },
  { num: 1, den: 1 },
];

const films = fc.record({
  fps: fc.constantFrom(...RATES),
  frameCount: fc.integer({ min: 1, max: 500_000 }),
  gapsSec: fc.array(fc.double({ min: 0.04, max: 30, noNaN: true }), { maxLength: 200 }),
  claimError: fc.double({ min: 0.5, max: 2, noNaN: true }),
});

function indexOf(film: { fps: { num: number; den: number }; frameCount: number; gapsSec: number[] }): SourceIndex {
  let at = 0;
  const keyframesSec = [0];
  for (const gap of film.gapsSec) {
    at += gap;
    if (at * film.fps.num < film.frameCount * film.fps.den) keyframesSec.push(at);
  }
  return { frameCount: film.frameCount, sourceFrameCount: film.frameCount, keyframesSec, maxFrameGapSec: 0.04 };
}

describe('chunks', () => {
  it('cover every frame once, on whole segments, and seek at or before their first frame', () => {
    fc.assert(
      fc.property(films, (film) => {
        const inspection = { ...INSPECTION, video: { ...INSPECTION.video, fps: film.fps } };
        const plan = planOf(inspection);
        const index = indexOf(film);
        const claimedSec = ((film.frameCount * film.fps.den) / film.fps.num) * film.claimError;
        const claimed = openingChunk(plan.segmentFrames, film.fps, claimedSec);
        // An opening that is longer than the film is caught by the index (the file ends early).
        const opening = claimed && claimed.frames <= film.frameCount ? claimed : null;
        const chunks = [...(opening ? [opening] : []), ...planChunks(inspection, index, plan, opening)];
        let next = 0;
        chunks.forEach((chunk, i) => {
          expect(chunk.index).toBe(i);
          expect(chunk.startFrame).toBe(next);
          expect(chunk.frames).toBeGreaterThan(0);
          next += chunk.frames;
          if (next < film.frameCount) expect(chunk.frames % plan.segmentFrames).toBe(0);
          const startSec = (chunk.startFrame * film.fps.den) / film.fps.num + inspection.video.startSec;
          expect(chunk.seekSec).toBeLessThanOrEqual(startSec + (0.25 * film.fps.den) / film.fps.num + 0.003);
        });
        expect(next).toBe(film.frameCount);
        if (chunks.length > (opening ? 1 : 0)) expect(chunks.at(-1)?.last).toBe(true);
      }),
    );
  });

  it('begin just after a keyframe where one is near, and shrink towards the end', () => {
    const film = { fps: { num: 24, den: 1 }, frameCount: 24 * 89, gapsSec: [8, 5, 2.9, 10.4, 6.5, 3, 1.5, 2, 7.3] };
    const plan = planOf(INSPECTION);
    const opening = openingChunk(plan.segmentFrames, plan.fps, 89);
    const chunks = planChunks(INSPECTION, indexOf(film), plan, opening);
    expect(chunks.map((chunk) => chunk.startFrame / plan.segmentFrames)).toEqual([1, 4, 9, 12, 14, 16, 18, 20]);
    expect(chunks.map((chunk) => chunk.seekSec)).toMatchInlineSnapshot(`
      [
        0.022996,
        15.922996,
        35.822996,
        46.622996,
        46.622996,
        46.622996,
        46.622996,
        46.622996,
      ]
    `);
  });

  it('have no opening in a film that is shorter than two segments or does not say', () => {
    expect(openingChunk(96, { num: 24, den: 1 }, 7.9)).toBeNull();
    expect(openingChunk(96, { num: 24, den: 1 }, 0)).toBeNull();
    expect(openingChunk(96, { num: 24, den: 1 }, 8)).toMatchObject({ frames: 96, seekSec: 0, last: false });
  });
});

describe('sound windows', () => {
  it('cover the film to within one frame of AAC, segment by segment with the picture', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...RATES),
        fc.integer({ min: 1, max: 900_000 }),
        fc.boolean(),
        (fps, frames, open) => {
          const segmentSec = (segmentFramesOf(fps) * fps.den) / fps.num;
          const durationSec = (frames * fps.den) / fps.num;
          fc.pre(!open || durationSec >= 2 * segmentSec);
          const opening = open ? openingWindow(segmentSec) : null;
          const windows = [...(opening ? [opening] : []), ...planWindows(durationSec, segmentSec, opening)];
          let frame = 0;
          let segment = 0;
          windows.forEach((window, i) => {
            expect(window.index).toBe(i);
            expect(window.firstSegment).toBe(segment);
            expect(windowFrames(window).startFrame).toBe(frame);
            const starts = window.segmentFrames.slice(0, -1);
            const apartSec = starts.map((start, n) =>
              Math.abs((start * FRAME_SAMPLES) / SAMPLE_RATE - (segment + n) * segmentSec),
            );
            expect(Math.max(...apartSec)).toBeLessThanOrEqual(FRAME_SAMPLES / SAMPLE_RATE / 2 + 1e-9);
            expect(starts.every((start, n) => (window.segmentFrames[n + 1] as number) > start)).toBe(true);
            segment += window.segmentFrames.length - 1;
            frame = window.segmentFrames.at(-1) as number;
          });
          const soundSec = (frame * FRAME_SAMPLES) / SAMPLE_RATE;
          expect(soundSec).toBeGreaterThanOrEqual(durationSec - 1e-6);
          expect(soundSec - durationSec).toBeLessThan(FRAME_SAMPLES / SAMPLE_RATE + 1e-6);
          expect(windows.at(-1)?.last).toBe(true);
        },
      ),
    );
  });

  it('give every track in stereo, and in 5.1 where the source has it', () => {
    const renditions = planAudio(INSPECTION).map(({ name, channels, bitrateBps, default: isDefault }) => ({
      name,
      channels,
      bitrateBps,
      isDefault,
    }));
    expect(renditions).toEqual([
      { name: 'en-0', channels: 2, bitrateBps: 128_000, isDefault: true },
      { name: 'de-1', channels: 2, bitrateBps: 128_000, isDefault: false },
      { name: 'de-1-51', channels: 6, bitrateBps: 384_000, isDefault: false },
    ]);
  });
});

describe('the ladder', () => {
  const sized = (displayWidthPx: number, displayHeightPx: number) => ({
    ...INSPECTION.video,
    displayWidthPx,
    displayHeightPx,
    codedWidthPx: displayWidthPx,
    codedHeightPx: displayHeightPx,
  });

  it('holds the rungs of the common formats', () => {
    const of = (width: number, height: number) =>
      planLadder(sized(width, height), 2160).map((rung) => `${rung.nominalPx}: ${rung.widthPx}x${rung.heightPx}`);
    expect({ uhd: of(3840, 2160), scope: of(1920, 804), portrait: of(1080, 1920), tiny: of(16, 16) }).toMatchSnapshot();
  });

  it('never exceeds the source, has even sizes, keeps the shape and falls from rung to rung', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8192 }), fc.integer({ min: 2, max: 8192 }), (width, height) => {
        const rungs = planLadder(sized(width, height), 2160);
        expect(rungs.length).toBeGreaterThan(0);
        rungs.forEach((rung, i) => {
          expect(rung.widthPx % 2).toBe(0);
          expect(rung.heightPx % 2).toBe(0);
          expect(rung.widthPx).toBeLessThanOrEqual(Math.max(2, width));
          expect(rung.heightPx).toBeLessThanOrEqual(Math.max(2, height));
          const above = rungs[i - 1];
          if (above) {
            expect(rung.widthPx * rung.heightPx).toBeLessThan(above.widthPx * above.heightPx);
            expect(rung.maxrateBps).toBeLessThanOrEqual(above.maxrateBps);
          }
          // Rounding to even numbers moves a side by at most one pixel.
          if (rung.widthPx > 16 && rung.heightPx > 16) {
            const error = Math.abs((rung.widthPx * height) / (rung.heightPx * width) - 1);
            expect(error).toBeLessThanOrEqual(1.5 / rung.widthPx + 1.5 / rung.heightPx);
          }
        });
        expect(new Set(rungs.map((rung) => rung.name)).size).toBe(rungs.length);
      }),
    );
  });
});

describe('frame rates', () => {
  const times = (fps: number, count: number, roundSec = 0) =>
    Array.from({ length: count }, (_, i) => (roundSec ? Math.round(i / fps / roundSec) * roundSec : i / fps));

  it.each([
    ['24 from its steps', times(24, 100), null, '24/1', false],
    [
      '23.976 told from 24 by the average, times in milliseconds',
      times(24_000 / 1001, 100, 0.001),
      [24_000, 1001],
      '24000/1001',
      false,
    ],
    ['25 although the average counts a long last frame', times(25, 75), [480_000, 19_337], '25/1', false],
    ['120 halved to fit', times(120, 100), [120, 1], '60/1', false],
    ['59.94 kept', times(60_000 / 1001, 100), [60_000, 1001], '60000/1001', false],
    [
      'a variable rate takes its densest passage',
      [...times(60, 60), ...times(20, 20).map((t) => t + 1)],
      [45, 1],
      '60/1',
      true,
    ],
    ['one frame', [0], [25, 1], '25/1', false],
    ['one frame a second', times(1, 6), [1, 1], '1/1', false],
  ] as const)('%s', (_name, timesSec, average, rate, variable) => {
    const decided = decideFrameRate([...timesSec], average ? { num: average[0], den: average[1] } : null, 60);
    expect(`${decided.fps.num}/${decided.fps.den}`).toBe(rate);
    expect(decided.variable).toBe(variable);
  });
});

describe('languages', () => {
  it.each([
    ['eng', 'en'],
    ['GER', 'de'],
    ['pt-BR', 'pt-br'],
    ['', 'und'],
    [undefined, 'und'],
    ['und', 'und'],
    ['English', 'und'],
    ['en-12', 'und'],
  ])('%s is %s', (value, tag) => {
    expect(languageTag(value)).toBe(tag);
  });
});

describe('the index', () => {
  const csv = (count: number) =>
    Array.from(
      { length: count },
      (_, i) => `${(0.020996 + i / 24).toFixed(6)},0.041667,${i % 48 === 0 ? 'K_' : '__'}`,
    ).join('\n');

  it('counts frames on the published grid and lists keyframes on the film clock', () => {
    const index = readIndex(csv(2136), INSPECTION);
    expect(index.frameCount).toBe(2136);
    expect(index.keyframesSec.slice(0, 3).map((sec) => Number(sec.toFixed(3)))).toEqual([0, 2, 4]);
  });

  it('refuses a file that ends early, saying where', () => {
    expect(() => readIndex(csv(1000), INSPECTION)).toThrow(/promises 1 min 29 s, but the picture stops at 41\.7 s/);
    expect(() => readIndex('', INSPECTION)).toThrow(/No picture can be read/);
  });
});

describe('storyboards', () => {
  it('have a tile for every interval, within the film, and a cue for every tile', () => {
    fc.assert(
      fc.property(fc.constantFrom(...RATES), fc.integer({ min: 1, max: 900_000 }), (fps, frameCount) => {
        const plan = planOf({ ...INSPECTION, video: { ...INSPECTION.video, fps } });
        const { storyboard, frames } = planStoryboard(plan, frameCount);
        const durationSec = (frameCount * fps.den) / fps.num;
        expect(storyboard.tileCount).toBe(frames.length);
        expect(frames.every((frame, i) => frame < frameCount && frame > (frames[i - 1] ?? -1))).toBe(true);
        if (storyboard.intervalSec >= 4) expect(frames.every((frame) => frame % plan.segmentFrames === 0)).toBe(true);
        const vtt = storyboardVtt(storyboard, durationSec);
        const cues = vtt.match(/^\d.*-->.*$/gm) ?? [];
        expect(cues.length).toBe(storyboard.tileCount);
        const sheets = new Set((vtt.match(/^\d{3,}\.jpg/gm) ?? []).map(String));
        expect(sheets.size).toBe(Math.ceil(storyboard.tileCount / tilesPerSheet(storyboard)));
      }),
      { numRuns: 40 },
    );
  });
});
