import { createHash, randomBytes } from 'node:crypto';

declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

export type JobId = Branded<'JobId'>;
export type MovieId = Branded<'MovieId'>;
export type TaskId = Branded<'TaskId'>;
export type UploadId = Branded<'UploadId'>;
export type AuditId = Branded<'AuditId'>;
export type ApiTokenId = Branded<'ApiTokenId'>;
export type WebhookId = Branded<'WebhookId'>;
export type EventId = Branded<'EventId'>;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** What follows the time in an id. */
const RANDOM_LENGTH = 16;

/**
 * Makes an id that sorts by its time of birth: 10 characters of milliseconds, then 80 random bits, in
 * Crockford's base 32 (the layout of a ULID, in lower case so that it is safe in file names).
 *
 * @param nowMs milliseconds since 1970, in `[0, 2^50)`
 */
export function newId<T extends string = JobId | MovieId | UploadId | AuditId>(nowMs = Date.now()): T {
  return `${timePart(nowMs)}${letters(randomBytes(RANDOM_LENGTH))}` as T;
}

/** The same of something that happened, which has this id however often it is told: it follows from what it was. */
export function idOf<T extends string>(atMs: number, what: string): T {
  const digest = createHash('sha256').update(what).digest();
  return `${timePart(atMs)}${letters(digest.subarray(0, RANDOM_LENGTH))}` as T;
}

/** What ids of this time begin with: those that are smaller are older. */
export function timePart(ms: number): string {
  let time = '';
  for (let rest = ms, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time;
  return time;
}

/** When an id was born, in milliseconds since 1970. */
export function bornAtMs(id: string): number {
  let ms = 0;
  for (const letter of id.slice(0, 10)) ms = ms * 32 + ALPHABET.indexOf(letter);
  return ms;
}

function letters(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += ALPHABET[byte % 32];
  return text;
}

/**
 * The id of a piece of a job's work. It follows from the job and the piece alone, so that planning the same
 * piece twice names the same row.
 *
 * @param piece for example `00012` or `head`
 */
export function taskId(jobId: JobId, kind: string, piece: string): TaskId {
  return `${jobId}:${kind}:${piece}` as TaskId;
}
