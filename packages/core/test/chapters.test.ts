import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chapterStep, filmChapters, readChapters, shownChapters, writeChapters } from '../src/chapters.ts';
import type { Inspection } from '../src/inspection.ts';

function source(startSec: number, chapters: Inspection['chapters']): Inspection {
  return { video: { startSec }, chapters } as Inspection;
}

describe('chapters', () => {
  it('stand on the film’s own clock, in order, each up to the next', () => {
    const inspection = source(0.5, [
      { startSec: 60.5, endSec: 70, title: ' The storm ' },
      { startSec: 0, endSec: 30, title: 'Arrival' },
      { startSec: 30.5, endSec: 60, title: '' },
      { startSec: 60.9, endSec: 61, title: 'A flash' },
      { startSec: 500, endSec: 600, title: 'Beyond the end' },
    ]);
    expect(filmChapters(inspection, 90)).toEqual([
      { startSec: 0, endSec: 30, title: 'Arrival' },
      { startSec: 30, endSec: 60, title: 'Chapter 2' },
      { startSec: 60, endSec: 90, title: 'The storm' },
    ]);
    expect(filmChapters(inspection, null).at(-1)).toEqual({ startSec: 499.5, endSec: 599.5, title: 'Beyond the end' });
  });

  it('are none where a film has one alone, or all but that beyond its end', () => {
    const one = [{ startSec: 0, endSec: 60, title: 'All of it' }];
    expect(filmChapters(source(0, one), 60)).toEqual([]);
    expect(filmChapters(source(0, [...one, { startSec: 60, endSec: 70, title: 'No more' }]), 60)).toEqual([]);
  });

  it('are stepped through as one would with a remote', () => {
    const chapters = [0, 30, 60].map((startSec) => ({ startSec, endSec: startSec + 30, title: 'x' }));
    expect(chapterStep(chapters, 5, 'next')).toBe(30);
    expect(chapterStep(chapters, 30, 'next')).toBe(60);
    expect(chapterStep(chapters, 61, 'next')).toBeNull();
    expect(chapterStep(chapters, 45, 'previous')).toBe(30);
    expect(chapterStep(chapters, 31, 'previous')).toBe(0);
    expect(chapterStep(chapters, 1, 'previous')).toBe(0);
    expect(chapterStep([], 1, 'previous')).toBeNull();
  });

  it('that a person wrote go before the source’s, and these before those that were made', () => {
    const [source, made] = [
      [{ startSec: 0, endSec: 90, title: 'Source' }],
      [{ startSec: 0, endSec: 90, title: 'Made' }],
    ];
    expect(shownChapters(null, source, made, 90)).toEqual(source);
    expect(shownChapters(null, [], made, 90)).toEqual(made);
    expect(shownChapters([], source, made, 90)).toEqual([]);
    const own = [0, 40, 100].map((startSec) => ({ startSec, title: `At ${startSec}` }));
    // A version that is made later may be shorter.
    expect(shownChapters(own, source, made, 90)).toEqual([
      { startSec: 0, endSec: 40, title: 'At 0' },
      { startSec: 40, endSec: 90, title: 'At 40' },
    ]);
  });

  it('are read as people write them', () => {
    expect(readChapters('0:00 Arrival\n\n 1:02:03.5  The storm \n', null)).toEqual([
      { startSec: 0, title: 'Arrival' },
      { startSec: 3723.5, title: 'The storm' },
    ]);
    expect(readChapters('', 90)).toEqual([]);
    expect(readChapters('0:00 One\nTwo', 90)).toBe('Line 2 should be a time and a title, such as “12:30 The storm”.');
    expect(readChapters('0:10 One\n0:05 Two', 90)).toMatch(/^Line 2 should begin/);
    expect(readChapters('0:00 One\n1:30 Two', 90)).toBe('Line 2 begins after the film ends.');
    expect(readChapters('0:00 One', 90)).toMatch(/^One chapter alone/);
  });

  it('are read again as they were written', () => {
    const gaps = fc.array(
      fc.tuple(fc.integer({ min: 1000, max: 900_000 }), fc.stringMatching(/^[A-Za-z0-9:.]{1,20}$/)),
      {
        minLength: 2,
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(gaps, (each) => {
        let ms = 0;
        const chapters = each.map(([gap, title]) => {
          ms += gap;
          return { startSec: ms / 1000, title };
        });
        expect(readChapters(writeChapters(chapters), null)).toEqual(chapters);
      }),
    );
  });
});
