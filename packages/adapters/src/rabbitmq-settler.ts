import type { Channel } from 'rabbitmq-client';

/** Settles the messages of one channel: what is acknowledged at about the same time by one word to the broker. */
export interface Settler {
  /** A message came by this channel. */
  took(deliveryTag: number): void;
  ack(deliveryTag: number): void;
  /** Hands it back, to be handed out again. */
  giveBack(deliveryTag: number): void;
  /** Says at once what is still to be said. */
  flush(): void;
}

/**
 * The broker takes "all up to this one" as one command of its log. So acknowledgements of one turn wait for its end, and
 * those that leave no gap go as one.
 */
export function createSettler(channel: Channel): Settler {
  /** Unsettled, in the order in which they came; true once they are to be acknowledged. */
  const tags = new Map<number, boolean>();
  let newest = 0;
  let later: NodeJS.Immediate | null = null;

  function flush(): void {
    if (later) clearImmediate(later);
    later = null;
    if (!channel.active) {
      tags.clear();
      return;
    }
    let upTo = 0;
    let isGapless = true;
    const apart: number[] = [];
    for (const [tag, isDone] of tags) {
      if (!isDone) {
        isGapless = false;
        continue;
      }
      tags.delete(tag);
      if (isGapless) upTo = tag;
      else apart.push(tag);
    }
    if (upTo > 0) channel.basicAck({ deliveryTag: upTo, multiple: true });
    for (const deliveryTag of apart) channel.basicAck({ deliveryTag });
  }

  return {
    took(tag) {
      // One that came to nobody (to a listener that had just left) must not go with those after it.
      for (newest++; newest < tag; newest++) tags.set(newest, false);
      tags.set(tag, false);
    },
    ack(tag) {
      if (!tags.has(tag)) return;
      tags.set(tag, true);
      later ??= setImmediate(flush);
    },
    giveBack(tag) {
      if (!tags.delete(tag) || !channel.active) return;
      channel.basicNack({ deliveryTag: tag, requeue: true });
    },
    flush,
  };
}
