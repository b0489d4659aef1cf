import { MESSAGE_TYPES } from '@marquee/core/messages';
import type { DeadLetter, QueueName } from '@marquee/core/ports';
import { queueTarget } from '@marquee/web/server/audit-targets';
import { COMMAND_LINE, writeDown } from '@marquee/web/server/people';
import { EXIT } from './exit.ts';
import { formatSec, print, say } from './print.ts';
import { runSession } from './session.ts';

/** Dead letters that are looked through for an id, or sent back by one command. */
const ALL_DEAD = 10_000;

interface Found extends DeadLetter {
  queue: QueueName;
}

/** `marquee queue stats` */
export function queueStats(options: { json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines: { queue } }) => {
    const all = await Promise.all(MESSAGE_TYPES.map(async (name) => ({ queue: name, ...(await queue.stats(name)) })));
    if (options.json) {
      print(JSON.stringify({ queues: all }));
      return EXIT.ok;
    }
    const width = Math.max(...MESSAGE_TYPES.map((name) => name.length));
    print(
      `${'queue'.padEnd(width)}  ${['ready', 'in flight', 'delayed', 'dead'].map((text) => text.padStart(9)).join('  ')}  oldest`,
    );
    for (const { queue: name, ready, inFlight, delayed, dead, oldestAgeMs } of all) {
      const counts = [ready, inFlight, delayed, dead].map((count) => String(count ?? '?').padStart(9)).join('  ');
      print(`${name.padEnd(width)}  ${counts}  ${oldestAgeMs === null ? 'unknown' : formatSec(oldestAgeMs / 1000)}`);
    }
    return EXIT.ok;
  });
}

/** `marquee queue dead list` */
export function listDead(options: { queue?: QueueName; limit: number; json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines: { queue } }) => {
    const names = options.queue ? [options.queue] : MESSAGE_TYPES;
    const found: Found[] = [];
    for (const name of names) {
      for (const letter of await queue.listDead(name, options.limit)) found.push({ ...letter, queue: name });
    }
    if (options.json) {
      print(JSON.stringify({ dead: found.map(facts) }));
      return EXIT.ok;
    }
    if (found.length === 0) say('There are no dead letters.');
    for (const { id, queue: name, diedAtMs, deliveryCount, reason } of found) {
      print(`${name}  ${id}  ${new Date(diedAtMs).toISOString()}  after ${deliveryCount}  ${reason}`);
    }
    return EXIT.ok;
  });
}

/** `marquee queue dead show` */
export function showDead(name: QueueName, id: string): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines: { queue } }) => {
    const letter = (await queue.listDead(name, ALL_DEAD)).find((each) => each.id === id);
    if (!letter) {
      say(`There is no dead letter ${id} in ${name}.`);
      return EXIT.failed;
    }
    print(JSON.stringify({ ...facts({ ...letter, queue: name }), body: letter.body }, null, 2));
    return EXIT.ok;
  });
}

/** `marquee queue dead redrive`: sends dead letters back to their queue, as new. */
export function redriveDead(name: QueueName, ids: string[], options: { all: boolean; json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines: { queue, store } }) => {
    if (ids.length === 0 && !options.all) {
      say('Name the letters to send back, or say --all.');
      return EXIT.usage;
    }
    const chosen = options.all ? (await queue.listDead(name, ALL_DEAD)).map((letter) => letter.id) : ids;
    const moved = chosen.length === 0 ? 0 : await queue.redriveDead(name, chosen);
    if (moved > 0) await writeDown(store, COMMAND_LINE, 'queue.sent_back', queueTarget(name), String(moved));
    if (options.json) print(JSON.stringify({ moved }));
    else print(`${moved} of ${chosen.length} sent back to ${name}.`);
    return moved === chosen.length ? EXIT.ok : EXIT.failed;
  });
}

function facts({ id, queue, reason, deliveryCount, diedAtMs }: Found) {
  return { id, queue, reason, deliveryCount, diedAt: new Date(diedAtMs).toISOString() };
}
