import { plainText } from '@marquee/core/cues';
import type { SubtitleRendition } from '@marquee/core/plan';
import { isTextTrack, planSubtitles, readTrack, subtitleArgs } from '@marquee/media/subtitles';
import { describe, expect, it } from 'vitest';
import { INSPECTION, textTrack } from './films.ts';

const planned = (...subtitles: ReturnType<typeof textTrack>[]) => planSubtitles({ ...INSPECTION, subtitles });

describe('text tracks', () => {
  it('are planned each by itself, before those that are pictures', () => {
    const tracks = [
      textTrack(2, 'hdmv_pgs_subtitle', 'en'),
      textTrack(3, 'subrip', 'en'),
      textTrack(4, 'dvd_subtitle', 'de'),
      textTrack(5, 'ass', 'de'),
    ];
    expect(tracks.map(isTextTrack)).toEqual([false, true, false, true]);
    expect(planned(...tracks).map(({ name, streamIndex }) => [name, streamIndex])).toEqual([
      ['en-0', 3],
      ['de-1', 5],
      ['en-p0', 2],
      ['de-p1', 4],
    ]);
  });

  it('get the marks that their titles say, and stand unasked only where the sound is not understood', () => {
    const [plain, sdh, forced, foreign, second] = planned(
      textTrack(3, 'subrip', 'en', { default: true }),
      textTrack(4, 'subrip', 'en', { title: 'English [SDH]', default: true }),
      textTrack(5, 'subrip', 'en', { title: 'Forced only', default: true }),
      textTrack(6, 'subrip', 'fr', { default: true }),
      textTrack(7, 'subrip', 'fr', { title: 'Concert' }),
    );
    expect(plain).toMatchObject({ default: false, forced: false, hearingImpaired: false });
    expect(sdh).toMatchObject({ default: false, hearingImpaired: true });
    expect(forced).toMatchObject({ default: true, forced: true });
    expect(foreign).toMatchObject({ default: false });
    expect(second).toMatchObject({ hearingImpaired: false });
  });

  it('that were edited are made and kept back, and what people made of them goes in their place', () => {
    const tracks = [textTrack(2, 'subrip', 'fr', { default: true }), textTrack(3, 'subrip', 'de')];
    const inspection = { ...INSPECTION, subtitles: tracks };
    const edit = (streamIndex: number, language: string) => ({
      ...{ id: 'u', language, title: '', forced: false, hearingImpaired: false, fileName: '', cues: 1, key: 'k' },
      ...{ addedAtMs: 0, editedFrom: { kind: 'own', streamIndex, language } as const },
    });
    const facts = (...all: Parameters<typeof planSubtitles>) =>
      planSubtitles(...all).map((each) => [each.name, each.uploadKey, each.default, each.keptBack]);
    expect(facts(inspection, [edit(2, 'fr')])).toEqual([
      ['fr-u0', 'k', true, undefined],
      ['fr-0', undefined, true, true],
      ['de-1', undefined, false, undefined],
    ]);
    // What is in the stream now is not what was edited.
    expect(facts(inspection, [edit(2, 'sv')])[1]).toEqual(['fr-0', undefined, true, undefined]);
    const spoken = { ...INSPECTION, subtitles: [] };
    const heard = spoken.audio[0]?.streamIndex ?? -1;
    expect(facts(spoken, [], 'tiny')).toEqual([['en-a0', undefined, false, undefined]]);
    expect(facts(spoken, [edit(heard, 'en')], 'tiny')).toEqual([
      ['en-u0', 'k', false, undefined],
      ['en-a0', undefined, false, true],
    ]);
  });

  it('are taken out by the command of the golden files', async () => {
    const [rendition] = planned(textTrack(3, 'mov_text', 'en')) as [SubtitleRendition];
    const payload = {
      jobId: 'j' as never,
      movieId: 'm' as never,
      taskId: 't' as never,
      outputPrefix: 'media/m/j/',
      sourceKey: 'uploads/u/source',
      containerStartSec: 0,
      container: 'mov',
      rendition,
      zeroSec: 0.020996,
      untilSec: null,
      segmentFrames: 96,
      fps: { num: 24, den: 1 },
    };
    const input = { url: '/objects/source', protocols: ['file'] };
    const lines = (args: string[]) => `${args.join('\n')}\n`;
    await expect(lines(subtitleArgs(payload, input))).toMatchFileSnapshot('golden/subtitles-mov.txt');
    const mixed = { ...payload, container: 'matroska', rendition: { ...rendition, codec: 'ass' } };
    await expect(lines(subtitleArgs(mixed, input))).toMatchFileSnapshot('golden/subtitles-matroska.txt');
  });

  it('are read as UTF-8, and as Windows text where they are none; an empty one has no cues', () => {
    const [rendition] = planned(textTrack(3, 'subrip', 'fr')) as [SubtitleRendition];
    const text = '1\n00:00:01,000 --> 00:00:02,000\nÉté – déjà\n';
    const inWindows = Buffer.from(text.replace('–', '\x96'), 'latin1');
    for (const bytes of [Buffer.from(text), inWindows])
      expect(readTrack(bytes, rendition).map(plainText)).toEqual(['Été – déjà']);
    expect(readTrack(Buffer.from('\n'), rendition)).toEqual([]);
    expect(() => readTrack(Buffer.from('1\n00:00:0x,000 --> 00:00:02,000\nx'), rendition)).toThrow(/Line 2/);
  });
});
