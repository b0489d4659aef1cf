// Started by kill.test.ts: workers and an orchestrator in a process of their own, to be killed at any moment.
import { setTimeout as sleep } from 'node:timers/promises';
import { openHouse, pause, startCrew } from './house.ts';
import { toyHandlers } from './toy-film.ts';

const house = await openHouse({ dataDir: process.argv[2] as string, leaseMs: 20_000 });
const before = (context: { signal: AbortSignal }) => pause(context, 40 + 120 * Math.random());
await startCrew(house, toyHandlers({ before }));
process.stdout.write('started\n');
await sleep(60_000);
