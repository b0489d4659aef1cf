import { parseArgs } from 'node:util';
import { askPanels, verdictOfPanels } from '../deploy/monitoring/ask-panels.ts';

const USAGE = `npm run dashboards:check -- --url http://127.0.0.1:9090 [--since 900] [--window 2m]

Asks a Prometheus every query of every panel of the dashboards, and says which have no data.

  --since   how far back is looked, in seconds; default 900
  --window  what a rate is of; default 2m`;

const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    since: { type: 'string', default: '900' },
    window: { type: 'string', default: '2m' },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || values.url === undefined) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}
const answers = await askPanels(values.url.replace(/\/$/, ''), {
  sinceSec: Number(values.since),
  window: values.window,
});
const { ok, missing, text } = verdictOfPanels(answers);
for (const line of missing) process.stdout.write(`FAIL  ${line}\n`);
process.stdout.write(`${ok ? 'ok  ' : 'FAIL'}  ${text}\n`);
process.exitCode = ok ? 0 : 1;
