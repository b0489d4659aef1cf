import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { playFilm } from './players.ts';

/**
 * Plays a published film to its end in Chromium, by hls.js and by dash.js, changing rungs on the way.
 *
 *   npm run e2e:play -- FOLDER [--rate 4] [--switch-every 12]
 *
 * FOLDER is that of `master.m3u8`; the rate is the speed of playback, the other the seconds of film between changes.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rate: { type: 'string', default: '4' }, 'switch-every': { type: 'string', default: '12' } },
});
for (const player of ['hls.js', 'dash.js'] as const) {
  const options = { rate: Number(values.rate), switchEverySec: Number(values['switch-every']) };
  const seen = await playFilm(resolve(positionals[0] ?? '.'), player, options);
  process.stdout.write(`${JSON.stringify(seen)}\n`);
  const isGood = seen.ended && seen.errors.length === 0 && seen.gapsSec.length === 0 && seen.stalls === 0;
  if (!isGood || new Set(seen.heightsPx).size < 2) process.exitCode = 1;
}
