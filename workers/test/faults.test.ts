import { type Fault, withFaults } from '@marquee/adapters/faults';
import { describe, expect, it } from 'vitest';
import { openHouse, settled, startCrew, submitToy } from './house.ts';
import { toyHandlers } from './toy-film.ts';

/** Every method that the workers and the orchestrator call, and what it throws when its engine is away. */
const METHODS = {
  store: [
    'jobs.get',
    'jobs.status',
    'jobs.update',
    'jobs.active',
    'tasks.insert',
    'tasks.get',
    'tasks.list',
    'tasks.open',
    'tasks.markPublished',
    'tasks.claim',
    'tasks.finish',
    'movies.get',
    'movies.update',
  ],
  queue: ['publish', 'isEmpty'],
  objects: ['put'],
} as const;
const CODES = { store: 'STORE_DOWN', queue: 'BROKER_DOWN', objects: 'OBJECTS_DOWN' } as const;

const cases = (Object.keys(METHODS) as (keyof typeof METHODS)[]).flatMap((port) =>
  METHODS[port].map((method) => ({ port, method })),
);

/** Before the work is done and after it, when only the answer is lost; once, and again and again. */
const WHEN: Partial<Fault>[] = [
  { call: 1 },
  { call: 1, after: true },
  { call: 2 },
  { call: 3, after: true },
  { every: 7 },
  { every: 5, after: true },
];

/** Takes a film through with one fault, and gives how its job ended. */
async function runWith(port: keyof typeof METHODS, fault: Fault): Promise<string> {
  const house = await openHouse();
  const { store, queue, objects } = house.engines;
  const engines = { store, queue, objects };
  const crew = await startCrew(house, toyHandlers(), { ...engines, [port]: withFaults(engines[port], [fault]) });
  try {
    const { jobId } = await submitToy(house);
    return (await settled(house, jobId, 25_000)).status;
  } finally {
    await crew.stop();
    await house.close();
  }
}

describe('a film is made though', () => {
  it.concurrent.each(cases)('$method of the $port fails now and then', async ({ port, method }) => {
    const ends = await Promise.all(WHEN.map((when) => runWith(port, { ...when, method, error: CODES[port] })));
    expect(ends).toEqual(WHEN.map(() => 'ready'));
  });
}, 60_000);
