import { parseArgs } from 'node:util';
import type { MeasuredTimes } from './fleet-films.ts';
import { simulateSizes } from './fleet-sizes.ts';

const HELP = `npm run bench:capacity -- [--core-sec 0.56] [--core-hour 0.04] [--gb-month 0.023] [--gb-sent 0.05]
                           [--source-mbps 8] [--published-mbps 5] [--months 12] [--views 100]

How many workers a load wants, and what an hour of film costs. Nothing is measured: from what one core takes for a second
of film (npm run bench:transcode measures it) fleets are simulated on the product's own plans and rules.
  --core-sec        seconds of one core that a second of film takes, with all that belongs to it
  --core-hour       price of an hour of one core; --gb-month of a gigabyte stored; --gb-sent of one sent to viewers
  --source-mbps     megabits a second of what is uploaded, --published-mbps of all rungs and tracks together
  --months, --views how long a film stays, and how often its hour is watched, at --view-mbps (default 3)`;

/** Assumed shares of a second's work: encoding is nine tenths of it and more (decision 9). */
const SHARES = { encoding: 0.935, audio: 0.04, stills: 0.02, checks: 0.005 };
const HOUR_SEC = 3600;
const QUEUE_DELAY_MS = 5;
const STEP_MS = 2;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    'core-sec': { type: 'string', default: '0.56' },
    'core-hour': { type: 'string', default: '0.04' },
    'gb-month': { type: 'string', default: '0.023' },
    'gb-sent': { type: 'string', default: '0.05' },
    'source-mbps': { type: 'string', default: '8' },
    'published-mbps': { type: 'string', default: '5' },
    'view-mbps': { type: 'string', default: '3' },
    months: { type: 'string', default: '12' },
    views: { type: 'string', default: '100' },
  },
});
if (values.help) {
  process.stdout.write(`${HELP}\n`);
  process.exit(0);
}
const number = (name: Exclude<keyof typeof values, 'help'>) => Number(values[name]);

printFleets(number('core-sec'));
printCosts();

function printFleets(coreSec: number): void {
  const shape = { durationSec: HOUR_SEC, widthPx: 1280, heightPx: 720, fps: 24, audioTracks: 1, keyframeSec: 5 };
  const fleets = simulateSizes({
    shape,
    times: timesOf(coreSec),
    queueDelayMs: QUEUE_DELAY_MS,
    orchestratorMs: STEP_MS,
    orchestrators: 2,
    openWindow: 256,
  });
  line(`Simulated: 720p at 24 pictures a second, one sound track, ${coreSec} s of one core for a second of film.`);
  for (const load of ['film', 'uploads'] as const) {
    line();
    line(load === 'film' ? 'one film of two hours' : '500 films of ten minutes at once');
    line(columns('cores', 'playable', '(last 5 %)', 'all ready', 'used'));
    for (const fleet of fleets.filter((each) => each.load === load)) {
      const { p50, p95 } = fleet.firstPlayable;
      const used = `${(100 * fleet.utilisation).toFixed(0)} %`;
      line(columns(String(fleet.workers), time(p50), time(p95), time(fleet.makespanMs), used));
    }
  }
}

/** What each kind of task takes, if a second of film takes so much of a core in all. */
function timesOf(coreSec: number): MeasuredTimes {
  const perSec = (share: number) => ({ eachMs: 0, perFilmSecMs: 1000 * coreSec * share });
  return {
    head: { eachMs: 300, perFilmSecMs: 0 },
    index: { eachMs: 0, perFilmSecMs: 1 },
    opening: perSec(SHARES.encoding),
    chunk: perSec(SHARES.encoding),
    audio: perSec(SHARES.audio),
    sheet: perSec(SHARES.stills),
    posters: { eachMs: 2000, perFilmSecMs: 0 },
    playlist: { eachMs: 100, perFilmSecMs: 0 },
    whole: perSec(SHARES.checks / 2),
    final: perSec(SHARES.checks / 2),
  };
}

function printCosts(): void {
  const gigabytes = (mbps: number) => (mbps * HOUR_SEC) / 8 / 1000;
  const cores = number('core-sec');
  const stored = gigabytes(number('source-mbps')) + gigabytes(number('published-mbps'));
  const sent = gigabytes(number('view-mbps')) * number('views');
  const [making, keeping, sending] = [
    cores * number('core-hour'),
    stored * number('gb-month') * number('months'),
    sent * number('gb-sent'),
  ];
  line();
  line(`an hour of film: ${cores} core hours at ${values['core-hour']}: ${money(making)} to make`);
  line(`  ${stored.toFixed(1)} GB for ${values.months} months at ${values['gb-month']}: ${money(keeping)} to keep`);
  line(`  watched ${values.views} times, ${sent.toFixed(0)} GB at ${values['gb-sent']}: ${money(sending)} to send`);
}

function columns(...cells: string[]): string {
  return cells.map((cell) => cell.padStart(11)).join('');
}

function money(amount: number): string {
  return amount < 0.1 ? amount.toFixed(4) : amount.toFixed(2);
}

function time(ms: number): string {
  const sec = ms / 1000;
  if (sec < 60) return `${sec.toFixed(1)} s`;
  if (sec < 3600) return `${(sec / 60).toFixed(1)} min`;
  return `${(sec / 3600).toFixed(1)} h`;
}

function line(text = ''): void {
  process.stdout.write(`${text}\n`);
}
