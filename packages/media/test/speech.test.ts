import type { AudioTrack } from '@marquee/core/inspection';
import { speechArgs } from '@marquee/media/speech';
import { planSubtitles } from '@marquee/media/subtitles';
import { describe, expect, it } from 'vitest';
import { INSPECTION, textTrack } from './films.ts';

const sound = (streamIndex: number, language: string, more: Partial<AudioTrack> = {}): AudioTrack => ({
  ...{ streamIndex, codec: 'aac', channels: 2, startSec: 0, language, title: '', default: false },
  ...more,
});
type Text = ReturnType<typeof textTrack>;

const upload = {
  id: '1',
  key: 'k',
  language: 'en-GB',
  title: '',
  forced: false,
  hearingImpaired: true,
  fileName: 'a',
  cues: 1,
  addedAtMs: 1,
};
const heard = (audio: AudioTrack[], subtitles: ReturnType<typeof textTrack>[] = [], uploads: (typeof upload)[] = []) =>
  planSubtitles({ ...INSPECTION, audio, subtitles }, uploads, 'tiny').flatMap(({ name, streamIndex, automatic }) =>
    automatic === undefined ? [] : [[name, streamIndex]],
  );

describe('what is said in a film', () => {
  it.each([
    ['English', [sound(1, 'en')], [['en-a0', 1]]],
    ['of which nobody says the language', [sound(1, 'und')], [['en-a0', 1]]],
    ['as they say it in Scotland', [sound(1, 'en-GB')], [['en-GB-a0', 1]]],
    ['French', [sound(1, 'fr')], []],
    ['French, and dubbed', [sound(1, 'fr', { default: true }), sound(2, 'en')], [['en-a0', 2]]],
    ['French, beside what nobody names', [sound(1, 'fr', { default: true }), sound(2, 'und')], []],
    ['after comments', [sound(1, 'en', { title: 'Commentary' }), sound(2, 'en')], [['en-a0', 2]]],
    ['nothing', [], []],
  ])('%s', (_, audio, expected) => {
    expect(heard(audio)).toEqual(expected);
  });

  it('is heard by a service where the model of the house does not know the language, or everywhere', () => {
    const by = (
      service: 'rest' | 'all',
      audio: AudioTrack[],
      model: 'off' | 'tiny' = 'tiny',
      subtitles = [] as Text[],
    ) =>
      planSubtitles({ ...INSPECTION, audio, subtitles }, [], model, 'off', service).flatMap(({ name, automatic }) =>
        automatic === undefined ? [] : [[name, automatic]],
      );
    const french = [sound(1, 'fr', { default: true }), sound(2, 'en')];
    expect(by('rest', [sound(1, 'en')])).toEqual([['en-a0', 'tiny']]);
    expect(by('rest', french)).toEqual([['fr-a0', 'provider']]);
    expect(by('rest', [sound(1, 'und')])).toEqual([['en-a0', 'tiny']]);
    expect(by('rest', [sound(1, 'und')], 'off')).toEqual([['und-a0', 'provider']]);
    expect(by('all', [sound(1, 'en')])).toEqual([['en-a0', 'provider']]);
    expect(by('all', french, 'tiny', [textTrack(3, 'subrip', 'fr')])).toEqual([]);
    // Nobody knows whether those are its words.
    expect(by('all', [sound(1, 'und')], 'tiny', [textTrack(3, 'subrip', 'de')])).toEqual([]);
  });

  it('is not heard where it stands written', () => {
    const english = [sound(1, 'en')];
    expect(heard(english, [textTrack(3, 'subrip', 'en')])).toEqual([]);
    expect(heard(english, [], [upload])).toEqual([]);
    expect(heard([sound(1, 'und')], [textTrack(3, 'subrip', 'und')])).toEqual([]);
    expect(heard(english, [textTrack(3, 'subrip', 'de')])).toEqual([['en-a0', 1]]);
    expect(heard(english, [textTrack(3, 'subrip', 'en', { forced: true })])).toEqual([['en-a0', 1]]);
    // Pictures of words are not read.
    expect(heard(english, [textTrack(3, 'dvd_subtitle', 'en')])).toEqual([['en-a0', 1]]);
  });

  it('is not heard where nobody wants it', () => {
    expect(planSubtitles({ ...INSPECTION, audio: [sound(1, 'en')] })).toEqual([]);
  });

  it('is decoded by the command of the golden file', async () => {
    const args = speechArgs(
      { streamIndex: 1, zeroSec: 0.020996 },
      { url: '/objects/source', protocols: ['file'] },
      158,
    );
    await expect(`${args.join('\n')}\n`).toMatchFileSnapshot('golden/speech.txt');
  });
});
