import { describe, expect, it } from 'vitest';
import { commandOf, EDITOR_KEYS, keysOf } from '../../components/admin/subtitles/editor-keys.ts';
import { cueTime, readCueTime } from '../../view/cue-time.ts';

const press = (key: string, more: Partial<Parameters<typeof commandOf>[0]> = {}) =>
  commandOf({ key, code: '', altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, ...more });

describe('keys of the subtitle editor', () => {
  it('are each of one command, which tells its keys', () => {
    const keys = EDITOR_KEYS.flatMap((each) => each.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keysOf('previous')).toBe('Alt ↑');
    expect(keysOf('redo')).toBe('Ctrl Shift Z');
  });

  it('work on any keyboard, and leave typing alone', () => {
    expect(press('s', { ctrlKey: true })).toBe('save');
    expect(press('S', { metaKey: true })).toBe('save');
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('redo');
    // Where Alt types a sign of its own, and where a slash is a shifted seven.
    expect(press('®', { altKey: true, code: 'KeyR' })).toBe('playCue');
    expect(press('/', { ctrlKey: true, shiftKey: true, code: 'Digit7' })).toBe('keys');
    expect(press('k', { altKey: true, code: 'KeyV' })).toBe('playOrPause');
    expect(press('k')).toBeNull();
    expect(press('S', { shiftKey: true })).toBeNull();
    expect(press('@', { altKey: true, ctrlKey: true, code: 'KeyL' })).toBeNull();
    expect(press('ArrowUp', { altKey: true, shiftKey: true })).toBeNull();
  });
});

describe('times of cues', () => {
  it.each([
    [0, '00:00:00.000'],
    [62_500, '00:01:02.500'],
    [3_723_004, '01:02:03.004'],
    [-1200, '-00:00:01.200'],
  ])('%i is written and read as %s', (ms, text) => {
    expect(cueTime(ms)).toBe(text);
    expect(readCueTime(text)).toBe(ms);
  });

  it.each([
    ['1:02,5', 62_500],
    ['7', 7000],
    [' 0:07.25 ', 7250],
    ['', null],
    ['0:07.x', null],
    ['1:2:3:4', null],
    ['00:00:01.2345', null],
  ])('%j is read as %s', (text, ms) => expect(readCueTime(text)).toBe(ms));
});
