import type { MessageAttributeValue, Message as SqsMessage } from '@aws-sdk/client-sqs';
import type { QueueName } from '@marquee/core/ports';

/** The queues that stand behind one. */
export interface SqsNames {
  ordinary: string;
  /** Of messages that go before all others. */
  first: string;
  dead: string;
}

/** What we have to say of a message beside its body; in one attribute, as JSON. */
export interface Meta {
  /** How often it was handed out before this copy of it was made. */
  deliveries?: number;
  /** When it was published, if this copy of it is younger. */
  enqueuedAtMs?: number;
  /** Not to be handed out before, where SQS cannot wait so long at once. */
  notBeforeMs?: number;
  /** Of dead letters. */
  reason?: string;
  diedAtMs?: number;
  wasFirst?: boolean;
}

/** A message that was received, and how it is let go of. */
export interface Received {
  id: string;
  receiptHandle: string;
  /** Name of the queue that it came from. */
  from: string;
  body: string;
  meta: Meta;
  /** This time included. */
  deliveryCount: number;
  enqueuedAtMs: number;
  receivedAtMs: number;
}

/** A message on its way to a queue. */
export interface Outgoing {
  body: string;
  meta: Meta;
  delaySec: number;
}

export const META_ATTRIBUTE = 'marquee';
/** What our queues take, attributes included, and what a batch may come to; AWS takes more since 2025, others do not. */
export const MAX_MESSAGE_BYTES = 256 * 1024;
/** Kept free for the attribute, which grows when a message dies. */
const META_BYTES = 4096;
/** Of JSON, as it is sent. */
export const MAX_BODY_BYTES = MAX_MESSAGE_BYTES - META_BYTES;
/** Each of its characters takes at most six bytes. */
const MAX_REASON_CHARS = 600;
/** Longest that SQS keeps a message back when it is sent. */
export const MAX_DELAY_SEC = 900;

/** Priorities from here on go to the queue that is looked into first. */
const FIRST_FROM_PRIORITY = 5;

/** Names of the queues of one message type; letters, digits and hyphens, as SQS demands. */
export function namesOf(prefix: string, queue: QueueName): SqsNames {
  const ordinary = `${prefix}-${queue.replaceAll(/[._]/g, '-')}`;
  return { ordinary, first: `${ordinary}-first`, dead: `${ordinary}-dead` };
}

/** @returns the queue that a message of this priority goes to */
export function queueFor(names: SqsNames, priority: number): string {
  return priority >= FIRST_FROM_PRIORITY ? names.first : names.ordinary;
}

/** JSON of characters that every service of this kind takes: beyond the first plane they are written as escapes. */
export function wireJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** @returns the attributes of a message; none when there is nothing to say */
export function attributesOf(meta: Meta): Record<string, MessageAttributeValue> | undefined {
  if (Object.keys(meta).length === 0) return undefined;
  const { reason } = meta;
  const cut = reason === undefined ? meta : { ...meta, reason: reason.slice(0, MAX_REASON_CHARS) };
  return { [META_ATTRIBUTE]: { DataType: 'String', StringValue: wireJson(cut) } };
}

/** Bytes as AWS counts them: the body, and of each attribute its name, its type and its value. */
export function sizeOf(body: string, attributes: Record<string, MessageAttributeValue> | undefined): number {
  let bytes = Buffer.byteLength(body);
  for (const [name, { DataType = '', StringValue = '' }] of Object.entries(attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(DataType) + Buffer.byteLength(StringValue);
  }
  return bytes;
}

/** How a message waits: SQS keeps it back for as long as it can, and we once more if that is not enough. */
export function waiting(body: string, delayMs: number, meta: Meta): Outgoing {
  const { notBeforeMs: _, ...rest } = meta;
  if (delayMs <= 0) return { body, meta: rest, delaySec: 0 };
  const delaySec = Math.ceil(delayMs / 1000);
  if (delaySec <= MAX_DELAY_SEC) return { body, meta: rest, delaySec };
  return { body, meta: { ...rest, notBeforeMs: Date.now() + Math.ceil(delayMs) }, delaySec: MAX_DELAY_SEC };
}

/** Reads what SQS handed over; what others wrote into our attribute counts for nothing. */
export function received(message: SqsMessage, from: string): Received {
  const meta = metaOf(message.MessageAttributes?.[META_ATTRIBUTE]?.StringValue);
  const nowMs = Date.now();
  return {
    id: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    from,
    body: message.Body ?? '',
    meta,
    deliveryCount: (meta.deliveries ?? 0) + Number(message.Attributes?.ApproximateReceiveCount ?? 1),
    enqueuedAtMs: meta.enqueuedAtMs ?? Number(message.Attributes?.SentTimestamp ?? nowMs),
    receivedAtMs: nowMs,
  };
}

/** @returns undefined if it is no JSON */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

function metaOf(text: string | undefined): Meta {
  const read = text === undefined ? undefined : parsed(text);
  if (typeof read !== 'object' || read === null) return {};
  const { deliveries, enqueuedAtMs, notBeforeMs, reason, diedAtMs, wasFirst } = read as Record<string, unknown>;
  return {
    ...(typeof deliveries === 'number' ? { deliveries } : {}),
    ...(typeof enqueuedAtMs === 'number' ? { enqueuedAtMs } : {}),
    ...(typeof notBeforeMs === 'number' ? { notBeforeMs } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(typeof diedAtMs === 'number' ? { diedAtMs } : {}),
    ...(typeof wasFirst === 'boolean' ? { wasFirst } : {}),
  };
}
