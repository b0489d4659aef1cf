import { z } from 'zod';

const ANSWER_MS = 3000;
const MANAGEMENT_PORT = 15_672;
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
  return {
    async inFlight(names) {
      try {
        const answer = await fetch(address, { headers: { authorization }, signal: AbortSignal.timeout(ANSWER_MS) });
        if (!answer.ok) return null;
        const wanted = new Set(names);
        const found = queues.parse(await answer.json()).filter(({ name }) => wanted.has(name));
        // A queue that was made a moment ago is listed before it is counted.
        return found.reduce((sum, each) => sum + (each.messages_unacknowledged ?? 0), 0);
      } catch {
        return null;
      }
    },
  };
}
