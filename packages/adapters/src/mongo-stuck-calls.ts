import type { Socket } from 'node:net';
import type { MongoClient } from 'mongodb';

const LOOK_EVERY_MS = 1000;

/** What is looked at inside the driver. None of it is promised, so any of it may be missing. */
interface Inside {
  topology?: {
    s?: { servers?: Map<string, { pool?: { checkedOut?: Iterable<{ closed?: boolean; socket?: Socket }> } }> };
  };
}

/**
 * Frees calls that the driver (7.9) would wait for without end. One that is given a connection in the instant between
 * the end of its socket and the news of it finds no room to write, and waits for room, which a closed socket never
 * has; no timeout of the driver holds there. Told that there is room, it sees that the connection is closed and fails,
 * or is tried again, like any other call whose connection is lost.
 *
 * @returns a way to stop
 */
export function freeStuckCalls(client: MongoClient): () => void {
  const timer = setInterval(() => {
    for (const { pool } of (client as unknown as Inside).topology?.s?.servers?.values() ?? []) {
      for (const { closed, socket } of pool?.checkedOut ?? []) if (closed) socket?.emit('drain');
    }
  }, LOOK_EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
