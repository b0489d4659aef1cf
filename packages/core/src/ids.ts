import { randomBytes } from 'node:crypto';

declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

export type JobId = Branded<'JobId'>;
export type MovieId = Branded<'MovieId'>;
export type TaskId = Branded<'TaskId'>;
export type UploadId = Branded<'UploadId'>;
export type AuditId = Branded<'AuditId'>;

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * Makes an id that sorts by its time of birth: 10 characters of milliseconds, then 80 random bits, in
 * Crockford's base 32 (the layout of a ULID, in lower case so that it is safe in file names).
 *
 * @param nowMs milliseconds since 1970, in `[0, 2^50)`
 */
export function newId<T extends string = JobId | MovieId | UploadId | AuditId>(nowMs = Date.now()): T {
  let time = '';
  for (let rest = nowMs, i = 0; i < 10; i++, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time;
  let random = '';
  for (const byte of randomBytes(16)) random += ALPHABET[byte % 32];
  return `${time}${random}` as T;
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
