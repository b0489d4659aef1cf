import { describe, expect, it } from 'vitest';
import { completeStyle, PLAIN_STYLE, STYLE_CHOICES, styleProperties } from '../../components/watch/subtitle-style.ts';

describe('the look of subtitles', () => {
  it('is as nobody chose it where what was kept makes no sense', () => {
    for (const kept of [null, 'x', 7, [], { size: 'Gigantic', colour: 4, edge: 'toString' }])
      expect(completeStyle(kept)).toEqual(PLAIN_STYLE);
    expect(completeStyle({ size: 'Huge', other: 'x' })).toEqual({ ...PLAIN_STYLE, size: 'Huge' });
  });

  it('sets a property for each choice, of known values alone', () => {
    for (const [field, { options }] of Object.entries(STYLE_CHOICES)) {
      for (const [name, value] of Object.entries(options))
        expect(styleProperties(completeStyle({ [field]: name }))[`--subtitle-${field}`]).toBe(value);
    }
  });
});
