import { matchesOf, planMoments } from '@marquee/core/moments';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markedParts } from '../../view/marked-parts.ts';

describe('marked parts', () => {
  it('are the text, cut where marks begin and end', () => {
    expect(markedParts('The café is closed.', matchesOf(planMoments('closed CAFE'), 'The café is closed.'))).toEqual([
      { at: 0, text: 'The ', isMatch: false },
      { at: 4, text: 'café', isMatch: true },
      { at: 8, text: ' is ', isMatch: false },
      { at: 12, text: 'closed', isMatch: true },
      { at: 18, text: '.', isMatch: false },
    ]);
  });

  it('put together are the text, whatever is looked for', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, asked) => {
        const parts = markedParts(text, matchesOf(planMoments(asked), text));
        expect(parts.map((part) => part.text).join('')).toBe(text);
        for (const part of parts) expect(text.startsWith(part.text, part.at)).toBe(true);
      }),
    );
  });
});
