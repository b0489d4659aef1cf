import { expect, it } from 'vitest';
import { audioName } from '../../view/audio-name.ts';
import { browserFamily } from '../../view/device-name.ts';
import { startSecOf } from '../../view/start-time.ts';
import { errorWords, rangeOf, shareWords, spanName, waitWords, watchedWords } from '../../view/viewers-words.ts';

it.each([
  ['90', 90],
  ['90s', 90],
  ['1m30s', 90],
  ['1h2m', 3720],
  ['2h', 7200],
  ['0', null],
  ['', null],
  ['-5', null],
  ['1.5', null],
  ['9999999', null],
  ['30s1m', null],
  [undefined, null],
  [['90', '91'], null],
])('reads %s as a time to begin at', (asked, sec) => {
  expect(startSecOf(asked)).toBe(sec);
});

it.each([
  ['fr', 'French', 'French'],
  ['fr', 'French 2', 'French 2'],
  ['fr', 'Commentary', 'French: Commentary'],
  ['', 'Original', 'Original'],
  ['und', '', 'Original'],
])('calls the sound in %s named %s what people call it', (language, name, called) => {
  expect(audioName(language, name)).toBe(called);
});

it('says small figures as they are felt', () => {
  expect([null, 40, 430, 9949, 12_300].map(waitWords)).toEqual(['–', '0.0 s', '0.4 s', '9.9 s', '12 s']);
  expect([null, 0, 0.0002, 0.0123, 0.5, 1].map(shareWords)).toEqual(['–', '0 %', '< 0.1 %', '1.2 %', '50 %', '100 %']);
  expect([9, 5400, 7_200_000].map(watchedWords)).toEqual(['9 s', '1 h 30 min', '2,000 h']);
  expect(errorWords({ errors: { aborted: 0, network: 1, decode: 3, unsupported: 0 } })).toBe(
    '3 could not be decoded, 1 did not come through',
  );
  expect(spanName(Date.UTC(2026, 0, 5, 14), 3600_000)).toBe('14:00');
  expect(spanName(Date.UTC(2026, 0, 5), 86_400_000)).toBe('5 Jan');
  expect([rangeOf('day'), rangeOf('year'), rangeOf(['day'])]).toEqual(['day', 'week', 'week']);
});

it('knows the family of a browser, and no more', () => {
  expect(browserFamily('Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0')).toBe('Firefox');
  expect(browserFamily('curl/8.0')).toBe('Another');
});
