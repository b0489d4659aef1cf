import { setTimeout as sleep } from 'node:timers/promises';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import { type Channel, Connection } from 'rabbitmq-client';

/** A call that has no answer after this has failed; whether the broker did it is not known then. */
const ANSWER_MS = 10_000;
/** How long a call waits for a connection that is being made again. */
const CONNECT_MS = 5000;
const HEARTBEAT_SEC = 10;
const CLOSE_MS = 2000;
const RECONNECT_MS = { first: 200, longest: 5000 };

/** The one connection of an engine, made again by itself when it is lost. */
export interface Link {
  /** For people and logs: never the address, which holds a password. */
  host: string;
  connection: Connection;
  /** Runs a call, in bounded time, and gives its errors our codes. */
  guard<T>(call: () => Promise<T>): Promise<T>;
  /** Runs calls on a channel of their own, closed after them: what was fetched and not settled goes back. */
  withChannel<T>(use: (channel: Channel) => Promise<T>): Promise<T>;
  /** The same for any number of calls, each of which has to be guarded by itself. */
  withLongChannel<T>(use: (channel: Channel) => Promise<T>): Promise<T>;
  /** Runs calls on one channel that stays: for what is asked again and again, and fetches no message. */
  withKeptChannel<T>(use: (channel: Channel) => Promise<T>): Promise<T>;
  /** Resolves once there is a connection. @throws MarqueeError why there is none, as soon as that is known */
  connected(): Promise<void>;
  close(): Promise<void>;
}

/** Connects in the background; what is called before that waits for it. */
export function openLink(url: string, log: Logger): Link {
  const { host } = new URL(url);
  let isClosed = false;
  let trouble: unknown = null;
  const connection = new Connection({
    url,
    connectionName: 'marquee',
    acquireTimeout: CONNECT_MS,
    connectionTimeout: CONNECT_MS,
    // Without it each small answer waits 40 ms for the acknowledgement of the one before (Nagle's algorithm).
    noDelay: true,
    heartbeat: HEARTBEAT_SEC,
    frameMax: 128 * 1024,
    retryLow: RECONNECT_MS.first,
    retryHigh: RECONNECT_MS.longest,
  });
  connection.on('error', (error: unknown) => {
    trouble = error;
    if (!isClosed) log.warn('the broker is away', { host, reason: reasonOf(error) });
  });
  connection.on('connection', () => {
    trouble = null;
    log.debug('connected to the broker', { host });
  });
  connection.on('connection.blocked', (reason: string) => log.warn('the broker takes nothing now', { host, reason }));

  const translate = (thrown: unknown): MarqueeError => {
    if (isMarqueeError(thrown)) return thrown;
    // What the connection itself met says more than that a channel was not to be had.
    const cause = codeOf(trouble) === 'ACCESS_REFUSED' || codeOf(trouble) === 'NOT_ALLOWED' ? trouble : thrown;
    switch (codeOf(cause)) {
      case 'ACCESS_REFUSED':
        return invalid(
          `RabbitMQ at ${host} refuses the user or the password in RABBITMQ_URL, or the user may not do what is needed. Correct them.`,
          cause,
        );
      case 'NOT_ALLOWED':
        return invalid(
          `RabbitMQ at ${host} does not let this user into the virtual host that RABBITMQ_URL names, or has none of that name. Correct one of them.`,
          cause,
        );
      case 'NOT_FOUND':
        return invalid(
          `RabbitMQ at ${host} lacks a queue of Marquee's (${reasonOf(cause)}). Run \`marquee setup\`, or correct QUEUE_PREFIX.`,
          cause,
        );
      case 'PRECONDITION_FAILED':
        return invalid(
          `RabbitMQ at ${host} has a queue with other settings than Marquee's (${reasonOf(cause)}). Delete it once it is empty and run \`marquee setup\`, or choose another QUEUE_PREFIX.`,
          cause,
        );
      default: {
        const what = isConnectionFault(cause) ? 'cannot be reached' : 'does not answer as it should';
        return new MarqueeError('BROKER_DOWN', `RabbitMQ at ${host} ${what} (${reasonOf(cause)}).`, { cause });
      }
    }
  };

  const guard = async <T>(call: () => Promise<T>): Promise<T> => {
    if (isClosed) throw new MarqueeError('BROKER_DOWN', 'The queue is closed.');
    let late: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        call(),
        new Promise<never>((_, reject) => {
          const why = `RabbitMQ at ${host} has not answered for ${ANSWER_MS / 1000} s.`;
          late = setTimeout(() => reject(new MarqueeError('BROKER_DOWN', why)), ANSWER_MS);
        }),
      ]);
    } catch (thrown) {
      throw translate(thrown);
    } finally {
      clearTimeout(late);
    }
  };

  const openChannel = async () => {
    const channel = await connection.acquire({ emitErrorsFromChannel: true });
    // It is closed with the call that it refused, which says so.
    channel.on('error', () => undefined);
    return channel;
  };
  const withLongChannel = async <T>(use: (channel: Channel) => Promise<T>): Promise<T> => {
    const channel = await guard(openChannel);
    try {
      return await use(channel);
    } finally {
      // Handed back by hand: what a closed channel leaves behind comes back a little later.
      if (channel.active) channel.basicNack({ deliveryTag: 0, multiple: true, requeue: true });
      await guard(() => channel.close()).catch(() => undefined);
    }
  };

  let kept: Promise<Channel> | null = null;
  const keepChannel = () => {
    const opened = openChannel();
    const forget = () => {
      if (kept === opened) kept = null;
    };
    opened.then((channel) => channel.once('close', forget), forget);
    return opened;
  };

  return {
    host,
    connection,
    guard,
    withLongChannel,
    withChannel: (use) => guard(() => withLongChannel(use)),
    async withKeptChannel(use) {
      kept ??= keepChannel();
      const mine = kept;
      try {
        return await guard(async () => use(await mine));
      } catch (error) {
        // One that does not answer is of no use to the next call either.
        if (kept === mine) kept = null;
        mine.then((channel) => channel.close()).catch(() => undefined);
        throw error;
      }
    },
    connected: () =>
      guard(async () => {
        if (connection.ready) return;
        if (trouble) throw trouble;
        let fail: (error: unknown) => void = () => undefined;
        try {
          await Promise.race([
            connection.onConnect(CONNECT_MS, true),
            new Promise<never>((_, reject) => {
              fail = reject;
              connection.once('error', fail);
            }),
          ]);
        } finally {
          connection.off('error', fail);
        }
      }),
    async close() {
      if (isClosed) return;
      isClosed = true;
      const late = new AbortController();
      kept?.then((channel) => channel.close()).catch(() => undefined);
      // A channel that does not end, on a line that has died unnoticed, must not keep the process.
      await Promise.race([
        connection.close(),
        sleep(CLOSE_MS, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
      connection.unsafeDestroy();
    },
  };
}

function invalid(sentence: string, cause: unknown): MarqueeError {
  return new MarqueeError('CONFIG_INVALID', sentence, { cause });
}

function codeOf(thrown: unknown): string | null {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : null;
}

/** The system's own codes: ECONNREFUSED, ENOTFOUND and the like. */
function isConnectionFault(thrown: unknown): boolean {
  return /^E[A-Z_]+$/.test(codeOf(thrown) ?? '');
}

function reasonOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return message === '' ? (codeOf(thrown) ?? 'no reason given') : message;
}
