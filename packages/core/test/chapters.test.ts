import { describe, expect, it } from 'vitest';
import { chapterStep, filmChapters } from '../src/chapters.ts';
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
});
