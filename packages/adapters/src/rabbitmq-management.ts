import { z } from 'zod';

const ANSWER_MS = 3000;
const MANAGEMENT_PORT = 15_672;
/** An answer is of all queues, which costs the broker far more than to say it, and it counts anew only every few seconds. */
const KEPT_MS = 1000;
const queues = z.array(z.object({ name: z.string(), messages_unacknowledged: z.int().nonnegative().optional() }));

/** Asks RabbitMQ's management plugin, the only one who knows what is in hand. */
export interface Management {
  /** @returns how many messages of these queues are handed out and not settled; null when it cannot be asked */
  inFlight(names: string[]): Promise<number | null>;
}

/**
 * @param url           of the broker; its user is asked for too
 * @param managementUrl where the plugin listens; null for its usual port on the broker's host
 */
export function createManagement(url: string, managementUrl: string | null): Management {
  const broker = new URL(url);
  const base =
    managementUrl ?? `${broker.protocol === 'amqps:' ? 'https' : 'http'}://${broker.hostname}:${MANAGEMENT_PORT}`;
  const vhost = broker.pathname.length > 1 ? decodeURIComponent(broker.pathname.slice(1)) : '/';
  const account = [broker.username || 'guest', broker.password || 'guest'].map(decodeURIComponent).join(':');
  const address = new URL(`/api/queues/${encodeURIComponent(vhost)}?columns=name,messages_unacknowledged`, base);
  const authorization = `Basic ${Buffer.from(account).toString('base64')}`;
  let last: { atMs: number; counts: Promise<Map<string, number> | null> } | null = null;

  async function ask(): Promise<Map<string, number> | null> {
    try {
      const answer = await fetch(address, { headers: { authorization }, signal: AbortSignal.timeout(ANSWER_MS) });
      if (!answer.ok) return null;
      // A queue that was made a moment ago is listed before it is counted.
      return new Map(
        queues.parse(await answer.json()).map(({ name, messages_unacknowledged: count = 0 }) => [name, count]),
      );
    } catch {
      return null;
    }
  }

  return {
    async inFlight(names) {
      const nowMs = Date.now();
      if (last === null || nowMs - last.atMs > KEPT_MS) last = { atMs: nowMs, counts: ask() };
      const counts = await last.counts;
      return counts && names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0);
    },
  };
}
