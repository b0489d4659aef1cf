import { type Cue, PLAIN } from '@marquee/core/cues';
import { type DubLine, dubCharacters, dubLines, FASTEST_TEMPO, placeLines } from '@marquee/core/dubbing';
import { describe, expect, it } from 'vitest';

const cue = (startMs: number, endMs: number, text: string): Cue => ({
  startMs,
  endMs,
  isTop: false,
  runs: [{ ...PLAIN, text }],
});
const line = (startMs: number, endMs: number): DubLine => ({ startMs, endMs, text: 'Words.' });

describe('lines that are spoken', () => {
  it('are words alone, in their order', () => {
    const lines = dubLines([
      cue(5000, 6000, '- Wer ist da?\n- Niemand.'),
      cue(0, 900, '[Donner]'),
      cue(1000, 2000, '♪ La la la ♪'),
      cue(2000, 3000, 'Ich bin\nein [lacht] Seemann.'),
      cue(3000, 4000, '1968'),
    ]);
    expect(lines).toEqual([
      { startMs: 1000, endMs: 2000, text: 'La la la' },
      { startMs: 2000, endMs: 3000, text: 'Ich bin ein Seemann.' },
      { startMs: 5000, endMs: 6000, text: 'Wer ist da? Niemand.' },
    ]);
    expect(dubCharacters(lines)).toBe(48);
  });

  it('begin with their cue, and are sped up where the next one would not wait', () => {
    const lines = [line(1000, 2000), line(4000, 5000), line(6000, 7000)];
    expect(placeLines(lines, [2500, 2300, 1000], 20_000)).toEqual([
      { index: 0, startMs: 1000, endMs: 3500, tempo: 1 },
      { index: 1, startMs: 4000, endMs: 5920, tempo: 2300 / 1920 },
      { index: 2, startMs: 6000, endMs: 7000, tempo: 1 },
    ]);
  });

  it('wait for those before them up to a bound, and are left out beyond it or beyond the film', () => {
    const lines = [line(0, 1000), line(1000, 2000), line(2000, 3000), line(9000, 9500)];
    const placed = placeLines(lines, [2797, 4897, 1000, 3000], 10_000);
    expect(placed.map(({ index, startMs, endMs }) => [index, startMs, endMs])).toEqual([
      [0, 0, 1998],
      [1, 2078, 5576],
    ]);
    expect(placeLines([line(0, 1000)], [0], 10_000)).toEqual([]);
  });

  it('never overlap, never begin early, and are never spoken faster than is understood', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    for (let round = 0; round < 200; round++) {
      let atMs = 0;
      const lines = Array.from({ length: 40 }, () => {
        const startMs = atMs + Math.round(random() * 3000);
        atMs = startMs + 200 + Math.round(random() * 4000);
        return line(startMs, atMs);
      });
      const lengths = lines.map(() => random() * 6000);
      const placed = placeLines(lines, lengths, atMs + 1000);
      placed.forEach(({ index, startMs, endMs, tempo }, i) => {
        const cueMs = lines[index]?.startMs ?? 0;
        expect(startMs).toBeGreaterThanOrEqual(cueMs);
        expect(startMs - cueMs).toBeLessThanOrEqual(2500);
        expect(tempo).toBeGreaterThanOrEqual(1);
        expect(tempo).toBeLessThanOrEqual(FASTEST_TEMPO);
        expect(endMs - startMs).toBeGreaterThanOrEqual((lengths[index] ?? 0) / tempo);
        expect(endMs).toBeLessThanOrEqual(atMs + 1000);
        expect(startMs).toBeGreaterThanOrEqual((placed[i - 1]?.endMs ?? 0) + (i > 0 ? 80 : 0));
      });
    }
  });
});
