import { randomBytes } from 'node:crypto';
import type { CompletedPart } from '@aws-sdk/client-s3';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListPartsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { ObjectFacts, Objects, UploadedPart } from '@marquee/core/ports';
import { checkKey, IMMUTABLE } from './object-keys.ts';
import type { S3Connection, S3Options } from './s3-client.ts';
import { bareEtag, md5Of } from './s3-client.ts';
import { isAnswer, isUnsupported } from './s3-errors.ts';
import type { S3Reader } from './s3-read.ts';
import { WRITE_MARK } from './s3-read.ts';

/** As S3 has it. */
export const MAX_PARTS = 10_000;
export const MIN_PART_BYTES = 5 * 1024 * 1024;

/** What is stored with an object: its headers, and the mark of the write. */
export interface Label {
  contentType: string;
  cacheControl: string;
  mark?: string;
}

type Port = Pick<Objects, 'createMultipart' | 'putPart' | 'listParts' | 'completeMultipart' | 'abortMultipart'>;

export interface S3Multipart extends Port {
  /** @returns the upload id, which carries the mark */
  begin(key: string, label: Omit<Label, 'mark'>, signal?: AbortSignal): Promise<string>;
  sendPart(
    key: string,
    uploadId: string,
    partNumber: number,
    body: Uint8Array,
    signal?: AbortSignal,
  ): Promise<UploadedPart>;
  /** @returns null only if `ifAbsent` and the key is taken; the upload is then still to be given up */
  finish(
    key: string,
    uploadId: string,
    parts: { partNumber: number; etag: string }[],
    options?: { ifAbsent?: boolean; signal?: AbortSignal | undefined },
  ): Promise<ObjectFacts | null>;
  /** The service's own id of an upload, for signing. */
  serviceIdOf(uploadId: string): string;
}

/**
 * Multipart uploads.
 *
 * The answer to "complete" may be lost, and the service then knows the upload no more. So each upload's object
 * carries a random mark, and the id handed out here is `{mark}.{id of the service}`: whoever asks again finds
 * the object with that mark and knows it for its own. (Comparing etags would do only where they are MD5.)
 */
export function createS3Multipart(s3: S3Connection, reader: S3Reader, headers: S3Headers): S3Multipart {
  const { bucket } = s3;
  const serviceIdOf = (uploadId: string) => split(uploadId).serviceId;
  const at = (key: string, uploadId: string) => ({
    Bucket: bucket,
    Key: checkKey(key),
    UploadId: serviceIdOf(uploadId),
  });

  /** Requests about an upload that is no more are answered so. */
  const known = async <T>(uploadId: string, work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (thrown) {
      throw isGone(thrown) ? noUpload(uploadId) : thrown;
    }
  };

  const begin: S3Multipart['begin'] = async (key, label, signal) => {
    checkKey(key);
    const mark = newMark();
    const output = await s3.send(
      (client, request) =>
        client.send(
          new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ...headers({ ...label, mark }) }),
          request,
        ),
      { signal },
    );
    return `${mark}.${output.UploadId}`;
  };

  const sendPart: S3Multipart['sendPart'] = async (key, uploadId, partNumber, body, signal) => {
    checkPart(partNumber);
    const target = { ...at(key, uploadId), PartNumber: partNumber };
    const ContentMD5 = md5Of(body);
    const output = await known(
      uploadId,
      s3.send(
        (client, request) =>
          client.send(
            new UploadPartCommand({ ...target, Body: body, ContentLength: body.byteLength, ContentMD5 }),
            request,
          ),
        { signal },
      ),
    );
    return { partNumber, sizeBytes: body.byteLength, etag: bareEtag(output.ETag) };
  };

  const finish: S3Multipart['finish'] = async (key, uploadId, parts, { ifAbsent = false, signal } = {}) => {
    const sorted = [...parts].sort((a, b) => a.partNumber - b.partNumber);
    if (sorted.length === 0) throw badPart(1);
    for (const [index, { partNumber }] of sorted.entries()) {
      if (sorted[index - 1]?.partNumber === checkPart(partNumber)) throw badPart(partNumber);
    }
    const Parts = sorted.map(
      ({ partNumber, etag }): CompletedPart => ({ PartNumber: partNumber, ETag: `"${bareEtag(etag)}"` }),
    );
    const complete = (conditional: boolean) =>
      s3.send(
        async (client, request) => {
          const command = new CompleteMultipartUploadCommand({
            ...at(key, uploadId),
            MultipartUpload: { Parts },
            ...(conditional && { IfNoneMatch: '*' }),
          });
          try {
            await client.send(command, request);
          } catch (thrown) {
            // Ceph calls an upload that is no more "in progress", as it does one that is being completed just now.
            if (isAnswer(thrown, 'InternalError') && (await isUnlisted(key, uploadId))) throw noUpload(uploadId);
            throw thrown;
          }
        },
        { signal, patient: true },
      );
    const outcome = await complete(ifAbsent)
      .catch((thrown: unknown) => {
        // The condition, not the upload: the caller has looked before, and here is no better.
        if (ifAbsent && isUnsupported(thrown)) return complete(false);
        throw thrown;
      })
      .then(
        () => null,
        (thrown: unknown) => thrown,
      );
    if (isAnswer(outcome, 'InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'InvalidPartNumber', 'MalformedXML')) {
      throw await faultOfParts(key, uploadId, sorted, outcome);
    }
    const gone = isGone(outcome);
    const taken = isAnswer(outcome, 'PreconditionFailed', 'ConditionalRequestConflict');
    if (outcome !== null && !gone && !taken) throw outcome;

    const standing = await reader.look(key, signal);
    if (outcome === null || (standing !== null && standing.mark === split(uploadId).mark)) {
      if (standing === null) throw new MarqueeError('OBJECT_MISSING', `The object ${key} was removed just now.`);
      return standing.facts;
    }
    if (gone) throw noUpload(uploadId);
    if (standing === null) throw outcome;
    return null;
  };

  /** Says which part is at fault, where the service still tells what it has. */
  const faultOfParts = async (
    key: string,
    uploadId: string,
    wanted: { partNumber: number; etag: string }[],
    cause: unknown,
  ): Promise<MarqueeError> => {
    const stored = new Map((await listParts(key, uploadId)).map((part) => [part.partNumber, part]));
    for (const [index, { partNumber, etag }] of wanted.entries()) {
      const part = stored.get(partNumber);
      if (part === undefined || part.etag !== bareEtag(etag)) return badPart(partNumber, cause);
      if (part.sizeBytes < MIN_PART_BYTES && index < wanted.length - 1) return smallPart(partNumber, cause);
    }
    return badPart(wanted[0]?.partNumber ?? 1, cause);
  };

  const isUnlisted = (key: string, uploadId: string) =>
    listParts(key, uploadId).then(
      () => false,
      (thrown: MarqueeError) => {
        if (thrown.code === 'OBJECT_MISSING') return true;
        throw thrown;
      },
    );

  const listParts = async (key: string, uploadId: string): Promise<UploadedPart[]> => {
    const target = at(key, uploadId);
    const parts: UploadedPart[] = [];
    for (let marker: string | undefined; ; ) {
      const page = await known(
        uploadId,
        s3.send((client, request) =>
          client.send(new ListPartsCommand({ ...target, ...(marker && { PartNumberMarker: marker }) }), request),
        ),
      );
      for (const part of page.Parts ?? []) {
        parts.push({ partNumber: part.PartNumber ?? 0, sizeBytes: part.Size ?? 0, etag: bareEtag(part.ETag) });
      }
      marker = page.NextPartNumberMarker;
      if (!page.IsTruncated || !marker) return parts;
    }
  };

  return {
    begin,
    sendPart,
    finish,
    serviceIdOf,
    listParts,

    createMultipart: (key, { contentType }) => begin(key, { contentType, cacheControl: IMMUTABLE }),
    putPart: (key, uploadId, partNumber, body) => sendPart(key, uploadId, partNumber, body),
    completeMultipart: async (key, uploadId, parts) => (await finish(key, uploadId, parts)) as ObjectFacts,

    async abortMultipart(key, uploadId) {
      const target = at(key, uploadId);
      try {
        await s3.send((client, request) => client.send(new AbortMultipartUploadCommand(target), request));
      } catch (thrown) {
        // Given up already, or never begun: as with `delete`, that is no error.
        if (!isGone(thrown)) throw thrown;
      }
    },
  };
}

/** @returns the parameters that a label becomes */
export type S3Headers = (label: Label) => {
  ContentType: string;
  CacheControl: string;
  ServerSideEncryption?: 'AES256' | 'aws:kms';
  Metadata?: Record<string, string>;
};

export function headersFor(encryption: S3Options['encryption']): S3Headers {
  return ({ contentType, cacheControl, mark }) => ({
    ContentType: contentType,
    CacheControl: cacheControl,
    ...(encryption !== 'none' && { ServerSideEncryption: encryption }),
    ...(mark && { Metadata: { [WRITE_MARK]: mark } }),
  });
}

/** @returns a name that no other write has */
export function newMark(): string {
  return randomBytes(16).toString('hex');
}

/** @throws MarqueeError MESSAGE_INVALID */
export function checkPart(partNumber: number): number {
  if (!Number.isInteger(partNumber) || partNumber < 1 || partNumber > MAX_PARTS) {
    throw new MarqueeError('MESSAGE_INVALID', `Parts are numbered from 1 to ${MAX_PARTS}.`, {
      context: { partNumber },
    });
  }
  return partNumber;
}

/** An id that was not made here is taken for the service's own; it has no mark to be known by. */
function split(uploadId: string): { mark: string | null; serviceId: string } {
  const [, mark, serviceId] = /^([0-9a-f]{32})\.(.+)$/.exec(uploadId) ?? [];
  return mark && serviceId ? { mark, serviceId } : { mark: null, serviceId: uploadId };
}

function isGone(thrown: unknown): boolean {
  if (isMarqueeError(thrown) && thrown.code === 'OBJECT_MISSING') return true;
  return isAnswer(thrown, 'NoSuchUpload', 'NotFound', 'NoSuchKey');
}

function noUpload(uploadId: string): MarqueeError {
  return new MarqueeError('OBJECT_MISSING', 'There is no such upload: it was finished, given up or never begun.', {
    context: { uploadId },
  });
}

function badPart(partNumber: number, cause?: unknown): MarqueeError {
  return new MarqueeError(
    'INPUT_UNREADABLE',
    `Part ${partNumber} of the upload is not there as it was sent. Send it again.`,
    { context: { partNumber }, cause },
  );
}

function smallPart(partNumber: number, cause: unknown): MarqueeError {
  return new MarqueeError(
    'INPUT_UNREADABLE',
    `Part ${partNumber} of the upload is too small: all but the last have at least ${MIN_PART_BYTES} bytes.`,
    { context: { partNumber }, cause },
  );
}
