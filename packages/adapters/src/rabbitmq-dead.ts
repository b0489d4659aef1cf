import { randomUUID } from 'node:crypto';
import type { MessageType } from '@marquee/core/messages';
import type { DeadLetter } from '@marquee/core/ports';
import type { Channel, SyncMessage } from 'rabbitmq-client';
import { type Postman, readDeath, readLetter } from './rabbitmq-letters.ts';
import type { Link } from './rabbitmq-link.ts';
import type { RabbitNames } from './rabbitmq-names.ts';

/** What the dead letters of one type are read and moved with. `channel` is for one listing or moving alone. */
interface DeadParts {
  link: Link;
  channel: Channel;
  names: RabbitNames;
  type: MessageType;
}

/** Looks at the oldest letters; they go back to their places when the channel closes. */
export async function listDeadLetters(parts: DeadParts, limit: number): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  while (letters.length < limit) {
    const message = await take(parts);
    if (message === null) break;
    letters.push({ id: idOf(message), body: message.body, ...readDeath(message) });
  }
  return letters;
}

/** Sends letters back to the lanes they came from, each safe there before it is forgotten here. */
export async function redriveDeadLetters(parts: DeadParts, ids: string[], postman: Postman): Promise<number> {
  const { channel, names, type } = parts;
  const wanted = new Set(ids);
  let moved = 0;
  while (wanted.size > 0) {
    const message = await take(parts);
    if (message === null) break;
    if (!wanted.delete(idOf(message))) continue;
    const lane = message.headers?.lane;
    const letter = readLetter(message, type, typeof lane === 'string' ? lane : names.lane(type, 'ordinary'));
    await postman.send({ ...letter, id: randomUUID(), deliveries: 0, due: null });
    channel.basicAck({ deliveryTag: message.deliveryTag });
    moved++;
  }
  return moved;
}

async function take({ link, channel, names, type }: DeadParts): Promise<SyncMessage | null> {
  return (await link.guard(() => channel.basicGet({ queue: names.dead(type) }))) ?? null;
}

function idOf(message: SyncMessage): string {
  return message.messageId ?? '';
}
