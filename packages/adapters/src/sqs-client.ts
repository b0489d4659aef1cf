import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSClientConfig, Message as SqsMessage } from '@aws-sdk/client-sqs';
import { GetQueueUrlCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { MarqueeError } from '@marquee/core/errors';
import type { Logger } from '@marquee/core/ports';
import type { SqsPlace } from './sqs-errors.ts';
import { isMissingQueue, isPassing, unreachable, worded } from './sqs-errors.ts';
import { META_ATTRIBUTE } from './sqs-messages.ts';

export interface SqsOptions {
  /** Address of the service; null for that of AWS in `region`. */
  endpoint: string | null;
  region: string;
  log: Logger;
}

/** How requests are made, and by which addresses queues are known. */
export interface SqsConnection {
  readonly place: SqsPlace;
  /**
   * Makes a request, again if it was lost on the way or the service was busy, for a few seconds at most.
   *
   * @param queue name of the queue, for the sentence
   * @throws MarqueeError whose cause is the service's answer
   */
  send<T>(queue: string, work: (client: SQSClient, request: { abortSignal: AbortSignal }) => Promise<T>): Promise<T>;
  /**
   * Takes up to `limit` messages, waiting for the first up to `waitSec`. Ended by `close` alone: a service that
   * is left while it waits may still hide a message for whoever has gone.
   */
  receive(queue: string, options: { limit: number; waitSec: number; visibilitySec: number }): Promise<SqsMessage[]>;
  /**
   * The address of a queue, kept once it is known.
   *
   * @throws MarqueeError CONFIG_INVALID if there is no such queue
   */
  urlOf(queue: string): Promise<string>;
  /** Ends what is under way. Idempotent. */
  close(): void;
}

const CONNECT_MS = 2000;
const IDLE_MS = 4000;
/** Nobody waits longer for an answer, whatever holds it up. */
const PATIENCE_MS = 6000;
/** Between attempts. */
const PAUSES_MS = [100, 300, 800];
/** No further attempt is begun this long after the first. */
const RETRY_WITHIN_MS = 2500;
/** Polls hold a connection each; the SDK's own limit of 50 would keep the rest waiting. */
const MAX_SOCKETS = 512;

/** Opens no connection by itself. Credentials come from the SDK's default chain. */
export function connectSqs({ endpoint, region, log }: SqsOptions): SqsConnection {
  const place: SqsPlace = { host: endpoint === null ? `sqs.${region}.amazonaws.com` : new URL(endpoint).host, region };
  const config = (socketTimeout: number): SQSClientConfig => ({
    region,
    ...(endpoint === null ? {} : { endpoint }),
    // What a service calls its queues need not be an address from here.
    useQueueUrlAsEndpoint: false,
    // Attempts are counted here.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT_MS,
      socketTimeout,
      httpAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_SOCKETS },
    },
    logger: {
      trace: () => undefined,
      debug: () => undefined,
      info: () => undefined,
      warn: (...said) => log.warn('the SQS client warns', { said: said.filter((word) => typeof word === 'string') }),
      error: () => undefined,
    },
  });
  const quick = new SQSClient(config(IDLE_MS));
  const patient = new SQSClient({ ...config(0), credentials: quick.config.credentials });
  const closing = new AbortController();
  const urls = new Map<string, Promise<string>>();

  const assertOpen = () => {
    if (closing.signal.aborted) throw new MarqueeError('BROKER_DOWN', 'The message queue is closed.');
  };

  const connection: SqsConnection = {
    place,

    async send(queue, work) {
      assertOpen();
      const startedAtMs = Date.now();
      const late = AbortSignal.timeout(PATIENCE_MS);
      const tooLate = new Promise<never>((_, reject) => {
        // Finding credentials takes its time too, and heeds no signal.
        late.addEventListener('abort', () => reject(unreachable(place, late.reason)), { once: true });
      });
      tooLate.catch(() => undefined);
      for (let attempt = 1; ; attempt++) {
        try {
          return await Promise.race([work(quick, { abortSignal: late }), tooLate]);
        } catch (thrown) {
          assertOpen();
          if (isMissingQueue(thrown)) urls.delete(queue);
          const pauseMs = PAUSES_MS[attempt - 1];
          if (pauseMs === undefined || !isPassing(thrown) || Date.now() - startedAtMs > RETRY_WITHIN_MS) {
            throw worded(thrown, place, queue);
          }
          await sleep(pauseMs * (0.5 + Math.random()));
          assertOpen();
        }
      }
    },

    async receive(queue, { limit, waitSec, visibilitySec }) {
      const QueueUrl = await connection.urlOf(queue);
      assertOpen();
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: limit,
        WaitTimeSeconds: waitSec,
        VisibilityTimeout: visibilitySec,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
        MessageAttributeNames: [META_ATTRIBUTE],
      });
      const abortSignal = AbortSignal.any([closing.signal, AbortSignal.timeout(waitSec * 1000 + PATIENCE_MS)]);
      try {
        return (await patient.send(command, { abortSignal })).Messages ?? [];
      } catch (thrown) {
        assertOpen();
        if (isMissingQueue(thrown)) urls.delete(queue);
        throw worded(thrown, place, queue);
      }
    },

    async urlOf(queue) {
      assertOpen();
      const known = urls.get(queue);
      if (known) return known;
      const asked = connection
        .send(queue, (client, request) => client.send(new GetQueueUrlCommand({ QueueName: queue }), request))
        .then(({ QueueUrl }) => {
          if (QueueUrl) return QueueUrl;
          throw new MarqueeError('INTERNAL', `SQS at ${place.host} gives no address of the queue ${queue}.`);
        });
      urls.set(queue, asked);
      asked.catch(() => urls.delete(queue));
      return asked;
    },

    close() {
      closing.abort();
      quick.destroy();
      patient.destroy();
    },
  };
  return connection;
}
