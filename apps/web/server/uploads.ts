import type { AuditActor } from '@marquee/core/audit';
import { bornAtMs, type JobId, type MovieId, newId, type UploadId } from '@marquee/core/ids';
import { newMovie } from '@marquee/core/movie';
import type { UploadedPart } from '@marquee/core/ports';
import { z } from 'zod';
import { partCount, partRange, partSizeBytes, refusal } from '../view/upload-limits.ts';
import { container } from './container.ts';
import { writeDown } from './people.ts';
import { HttpError } from './require-admin.ts';
import { deriveKey, sign, unsign } from './signing.ts';

/** Header in which the browser shows the token that it was given when the upload began. */
export const UPLOAD_HEADER = 'marquee-upload';
/** A part's address has to outlive the sending of one part over a slow line. */
const PART_EXPIRES_SEC = 6 * 3600;
/** Addresses signed in one request. */
const MAX_SIGNED_PARTS = 100;

export const newUpload = z.object({
  fileName: z.string().trim().min(1).max(255),
  sizeBytes: z.int().nonnegative(),
  lastModifiedMs: z.number().nonnegative(),
  title: z.string().trim().max(200).default(''),
});

/** An upload as its token holds it. The server keeps no table of uploads: the token and storage say everything. */
interface UploadSession {
  uploadId: UploadId;
  key: string;
  /** Id of the multipart upload in storage. */
  storageId: string;
  fileName: string;
  sizeBytes: number;
  partBytes: number;
}

/** Begins an upload. @throws HttpError 400 with a sentence if the file is empty or too large */
export async function beginUpload(wanted: Pick<z.infer<typeof newUpload>, 'fileName' | 'sizeBytes'>) {
  const { engines, config, secret } = await container();
  const refused = refusal({ name: wanted.fileName, sizeBytes: wanted.sizeBytes }, config.limits.sourceBytes);
  if (refused) throw new HttpError(400, refused);
  const uploadId = newId<UploadId>();
  const key = `uploads/${uploadId}/source`;
  const storageId = await engines.objects.createMultipart(key, { contentType: 'application/octet-stream' });
  const partBytes = partSizeBytes(wanted.sizeBytes, engines.objects.features.minPartBytes);
  const session: UploadSession = {
    uploadId,
    key,
    storageId,
    fileName: wanted.fileName,
    sizeBytes: wanted.sizeBytes,
    partBytes,
  };
  return { uploadId, token: sign(session, deriveKey(secret, 'upload')), partBytes };
}

/** Reads the token of a request. @throws HttpError 403 if it is not ours, or of another upload */
export async function uploadOf(request: Request, uploadId: string): Promise<UploadSession> {
  const { secret } = await container();
  const token = request.headers.get(UPLOAD_HEADER) ?? '';
  const session = unsign<UploadSession>(token, deriveKey(secret, 'upload'));
  if (!session || session.uploadId !== uploadId) {
    throw new HttpError(403, 'This upload was begun under another secret of the site. Start it again.');
  }
  return session;
}

/**
 * The parts that stand whole. `job` is set when the film was already handed over.
 *
 * @throws HttpError 410 if storage no longer knows the upload
 */
export async function standingParts(session: UploadSession): Promise<{ parts: number[]; job: JobId | null }> {
  const { engines } = await container();
  const job = await jobOf(session);
  if (job || (await engines.objects.head(session.key))) {
    return { parts: allParts(session), job };
  }
  const parts = await listParts(session);
  return { parts: parts.filter((part) => isWhole(part, session)).map((part) => part.partNumber), job: null };
}

/** Addresses to which the browser may send parts. */
export async function signParts(session: UploadSession, numbers: number[]): Promise<Record<number, string>> {
  const { engines } = await container();
  const last = partCount(session.sizeBytes, session.partBytes);
  const urls: Record<number, string> = {};
  for (const number of numbers.slice(0, MAX_SIGNED_PARTS)) {
    if (number > last) throw new HttpError(400, `This upload has only ${last} parts.`);
    urls[number] = await engines.objects.signPart(session.key, session.storageId, number, PART_EXPIRES_SEC);
  }
  return urls;
}

/**
 * Joins the parts and hands the film over. Asking again, after a lost answer or a restart in the middle, gives
 * the same job: the movie's id is the upload's.
 *
 * @returns the parts that are still missing, if any
 */
export async function finishUpload(
  session: UploadSession,
  title: string,
  actor: AuditActor,
): Promise<{ jobId: JobId } | { missing: number[] }> {
  const { engines, commands } = await container();
  const before = await jobOf(session);
  if (before) return { jobId: before };
  if (!(await engines.objects.head(session.key))) {
    const parts = (await listParts(session)).filter((part) => isWhole(part, session));
    const standing = new Set(parts.map((part) => part.partNumber));
    const missing = allParts(session).filter((number) => !standing.has(number));
    if (missing.length > 0) return { missing };
    await engines.objects.completeMultipart(session.key, session.storageId, parts);
  }
  const nowMs = Date.now();
  const movieId = movieOf(session);
  const { newFilmVisibility: visibility } = (await engines.store.settings.get()).values;
  // Left as it is when an earlier try got this far.
  await engines.store.movies.insert(newMovie({ id: movieId, title, nowMs, visibility }));
  const { fileName, key: sourceKey, sizeBytes } = session;
  const uploadBeganAtMs = bornAtMs(session.uploadId);
  const upload = { title, fileName, sourceKey, sizeBytes, nowMs, movieId, uploadBeganAtMs };
  const { jobId } = await commands.submitUpload(upload);
  const target = { kind: 'movie', id: movieId, name: title } as const;
  await writeDown(engines.store, actor, 'film.uploaded', target, fileName);
  return { jobId };
}

/** Throws away what was sent so far. */
export async function dropUpload(session: UploadSession): Promise<void> {
  const { engines } = await container();
  if (await jobOf(session)) throw new HttpError(409, 'The film was already handed over. Cancel its job instead.');
  await engines.objects.abortMultipart(session.key, session.storageId);
  await engines.objects.delete(session.key);
}

async function jobOf(session: UploadSession): Promise<JobId | null> {
  const { engines } = await container();
  return (await engines.store.jobs.list({ movieId: movieOf(session), limit: 1 })).items[0]?.id ?? null;
}

/** A film that came by upload is named after it, so that handing it over twice names the same film. */
function movieOf(session: UploadSession): MovieId {
  return session.uploadId as string as MovieId;
}

async function listParts(session: UploadSession): Promise<UploadedPart[]> {
  const { engines } = await container();
  try {
    return await engines.objects.listParts(session.key, session.storageId);
  } catch (cause) {
    if ((cause as { code?: string }).code !== 'OBJECT_MISSING') throw cause;
    throw new HttpError(410, 'The storage no longer knows this upload. Start it again.');
  }
}

function isWhole(part: UploadedPart, session: UploadSession): boolean {
  const { start, end } = partRange(part.partNumber, session.sizeBytes, session.partBytes);
  return part.sizeBytes === end - start;
}

function allParts(session: UploadSession): number[] {
  return Array.from({ length: partCount(session.sizeBytes, session.partBytes) }, (_, i) => i + 1);
}
