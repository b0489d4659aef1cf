import type { AudioRendition, SubtitleRendition } from '@marquee/core/plan';
import { dubArgs, dubFrames, dubGraph, dubName, lineArgs, planDubs } from '@marquee/media/dub';
import { describe, expect, it } from 'vitest';

const sound = (language: string, more: Partial<AudioRendition> = {}): AudioRendition => ({
  ...{ name: `${language}-0`, streamIndex: 1, channels: 2, bitrateBps: 128_000, language, title: '', default: true },
  offsetSec: 0,
  ...more,
});
const words = (language: string, forced = false): SubtitleRendition => ({
  ...{ name: `${language}-0`, streamIndex: 3, codec: 'subrip', language, title: '', default: false, forced },
  hearingImpaired: false,
});
const DUB = { name: 'de-d0', language: 'de', streamIndex: 1, surround: false, bitrateBps: 128_000 };
const INPUT = { url: 'film.mkv', protocols: ['file'] };

describe('dubs', () => {
  it('are planned into languages that the film has words in, and no sound', () => {
    expect(planDubs([sound('en')], [words('de'), words('en')], ['de', 'en', 'fr'])).toEqual([DUB]);
    expect(planDubs([sound('en')], [words('de-AT', false)], ['de'])).toEqual([DUB]);
    expect(planDubs([sound('en')], [words('de', true)], ['de'])).toEqual([]);
    expect(planDubs([], [words('de')], ['de'])).toEqual([]);
    const dubbed = [sound('en', { default: false }), sound('de', { streamIndex: 2 })];
    expect(planDubs(dubbed, [words('de')], ['de'])).toEqual([]);
    const inFiveOne = [sound('en'), sound('en', { name: 'en-0-51', channels: 6 })];
    expect(planDubs(inFiveOne, [words('de')], ['de'])).toEqual([{ ...DUB, surround: true }]);
    // Over the sound that is heard by default.
    const second = [sound('fr', { default: false }), sound('en', { streamIndex: 2 })];
    expect(planDubs(second, [words('de')], ['de'])).toEqual([{ ...DUB, streamIndex: 2 }]);
    expect(dubName({ ...DUB, language: 'pt-BR' })).toBe('Brazilian Portuguese (dubbed by a machine)');
  });

  it('lower what people say by far, and all else a little', () => {
    const parts = { film: ['anull'], voice: ['anull'] };
    expect(dubGraph({ ...parts, surround: false }).split(';')).toEqual([
      '[0:a]anull[film]',
      '[1:a]anull,asplit=3[lines][key][quiet]',
      '[film]acrossover=split=250 4500:order=4th[low][speech][high]',
      '[low][high]amix=inputs=2:normalize=0[rest]',
      '[speech][key]sidechaincompress=threshold=0.003:ratio=20:attack=10:release=300[under]',
      '[rest][quiet]sidechaincompress=threshold=0.02:ratio=3:attack=10:release=300[effects]',
      '[under][effects][lines]amix=inputs=3:normalize=0,alimiter=limit=0.95:level=0[out]',
    ]);
    expect(dubGraph({ ...parts, surround: true })).toContain('[front]pan=stereo|c0=0.707*FC|c1=0.707*FC[speech]');
  });

  it('are cut and encoded on the grid of all other sound', () => {
    const window = { index: 1, firstSegment: 75, segmentFrames: [14_063, 14_250], last: true };
    expect(dubFrames(window)).toEqual({ startFrame: 14_063, preroll: 120, count: 187 });
    const args = dubArgs({ ...DUB, zeroSec: 0.02, containerStartSec: 0 }, window, INPUT);
    const first = (14_063 - 120) * 1024;
    expect(args[args.indexOf('-ss') + 1]).toBe((0.02 + first / 48_000 - 2).toFixed(6));
    expect(args[args.lastIndexOf('-ss') + 1]).toBe((first / 48_000).toFixed(6));
    const graph = args[args.indexOf('-filter_complex') + 1] ?? '';
    expect(graph).toContain(
      `[0:1]asetpts=PTS-round((0.02)/TB),aresample=48000:async=1:min_hard_comp=0.05:first_pts=${first}`,
    );
    expect(graph.match(new RegExp(`atrim=end_sample=${(120 + 187 + 3) * 1024}`, 'g'))).toHaveLength(2);
  });

  it('have their lines opened as plain sound, and sped up only where that is asked for', () => {
    expect(lineArgs(INPUT, 1).join(' ')).toMatch(/-protocol_whitelist file -format_whitelist \S+ -i film\.mkv/);
    expect(lineArgs(INPUT, 1).join(' ')).not.toContain('atempo');
    expect(lineArgs(INPUT, 1.25).join(' ')).toContain('atempo=1.2500');
  });
});
