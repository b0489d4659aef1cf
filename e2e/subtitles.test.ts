import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, lastLine, startMarquee } from './marquee.ts';
import { lookAtSubtitles } from './players.ts';

let root: string;
let folder: string;

/** A cue in each second but the fifth and the last, one of them over the border of two segments. */
const CUES: [fromSec: number, toSec: number, text: string][] = [
  [0, 1, 'from the first moment'],
  [1.5, 3, '<i>One</i> & two'],
  [3.5, 4.6, 'over the border'],
  [6, 7.25, 'three'],
  [9, 10, 'in the third segment'],
];

function clock(sec: number): string {
  return new Date(sec * 1000).toISOString().slice(11, 23).replace('.', ',');
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'marquee-cues-'));
  const text = CUES.map(([from, to, words], i) => `${i + 1}\n${clock(from)} --> ${clock(to)}\n${words}\n`).join('\n');
  await writeFile(join(root, 'en.srt'), text);
  await writeFile(join(root, 'de.srt'), '1\n00:00:02,000 --> 00:00:03,000\nZwei\n');
  const film = join(root, 'film.mkv');
  const inputs = ['testsrc2=s=426x240:r=24:d=12', 'sine=f=440:d=12'].flatMap((graph) => ['-f', 'lavfi', '-i', graph]);
  const texts = ['-i', join(root, 'en.srt'), '-i', join(root, 'de.srt')];
  const maps = ['0', '1', '2', '3'].flatMap((input) => ['-map', input]);
  const marks = ['-metadata:s:s:0', 'language=eng', '-metadata:s:s:1', 'language=ger', '-disposition:s:0', '0'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-c:s', 'copy'];
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...inputs, ...texts, ...maps, ...codecs, ...marks, film]);
  const run = startMarquee(['ingest', film, '--wait', '--json'], { MARQUEE_DATA: join(root, 'data') });
  const answer = lastLine<Answer>((await run.ended).stdout);
  if (!answer?.hls) throw new Error(`The film was not published: ${JSON.stringify(answer)}`);
  folder = dirname(answer.hls);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('subtitles of a published film in Chromium', () => {
  // Each is a wait for what has to be fetched.
  it.concurrent.each(['hls.js', 'dash.js'] as const)(
    'are listed by %s, and each cue is seen at its time and no other',
    async (player) => {
      const middles = CUES.map(([from, to]) => (from + to) / 2);
      // Just within each cue's ends, and just outside.
      const edges = CUES.slice(1).flatMap(([from, to]) => [from - 0.1, from + 0.1, to - 0.1, to + 0.1]);
      const seen = await lookAtSubtitles(folder, player, { track: 0, atSec: [...middles, ...edges] });
      // A segment that is no longer wanted after a jump is let go, which hls.js tells as an error.
      expect(seen.errors.filter((error) => error !== 'networkError: aborted')).toEqual([]);
      expect(seen.tracks.map(({ name }) => name)).toEqual(['English', 'German']);
      expect(seen.tracks.map(({ language }) => language)).toEqual(['en', 'de']);
      if (player === 'dash.js') expect(seen.tracks.map(({ role }) => role)).toEqual(['subtitle', 'subtitle']);
      const texts = seen.texts.map((text) => text.replace('&amp;', '&').trim());
      expect(texts.slice(0, middles.length)).toEqual(CUES.map(([, , text]) => text));
      expect(texts.slice(middles.length)).toEqual(CUES.slice(1).flatMap(([, , text]) => ['', text, text, '']));
    },
  );
});
