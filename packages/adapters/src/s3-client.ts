import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { S3Client } from '@aws-sdk/client-s3';
import type { Logger } from '@marquee/core/ports';
import type { S3Place } from './s3-errors.ts';
import { isPassing, worded } from './s3-errors.ts';

export interface S3Options {
  /** Address of a service other than AWS, asked by path; null for AWS. */
  endpoint: string | null;
  region: string;
  bucket: string;
  /** Where keys of `media/` can be read: by everybody, such as at a CDN, or by whom `cloudFront` signs for. */
  mediaBaseUrl: string | null;
  /** Signs addresses at `mediaBaseUrl`; null where they are open. */
  cloudFront?: { keyId: string; privateKey: string } | null;
  /** Server-side encryption asked for with every object. */
  encryption: 'none' | 'AES256' | 'aws:kms';
  /** Origins of pages that may send parts and read media, such as `https://films.example`. */
  allowedOrigins: string[];
  /** Everybody may read what is under `media/`. */
  publicMedia: boolean;
  log: Logger;
  /** A connection on which nothing moves for this long, either way, is given up. Default 8 s. */
  idleMs?: number;
}

/** What every request is sent with. */
export interface RequestOptions {
  abortSignal?: AbortSignal;
}

export interface SendOptions {
  signal?: AbortSignal | undefined;
  /** For requests over whose answer a sound service may take a minute. */
  patient?: boolean;
}

/** One bucket, and how requests to it are made. */
export interface S3Connection {
  readonly bucket: string;
  readonly place: S3Place;
  /** For signing addresses; requests go through `send`. */
  readonly client: S3Client;
  /**
   * Makes a request, again if it was lost on the way or the service was busy, for a few seconds at most.
   *
   * @param work called anew for each attempt, counted from 1
   * @throws MarqueeError whose cause is the service's answer
   */
  send<T>(
    work: (client: S3Client, request: RequestOptions, attempt: number) => Promise<T>,
    options?: SendOptions,
  ): Promise<T>;
  close(): void;
}

const CONNECT_MS = 2000;
const IDLE_MS = 8000;
const PATIENT_IDLE_MS = 60_000;
/** Before further attempts, half as long or half as long again; the last of them before each that follows. */
const PAUSES_MS = [100, 400, 1200] as const;
/**
 * An attempt that fails this long after the first is the last. A gateway that restarts is away for some two seconds, for
 * longer on a busy machine, and what is stored was long in the making.
 */
const RETRY_WITHIN_MS = 5000;
/** Readers hold a connection each; the SDK's own limit of 50 would keep everything else waiting. */
const MAX_SOCKETS = 512;

/** Opens no connection by itself. Credentials come from the SDK's default chain. */
export function connectS3(options: Pick<S3Options, 'endpoint' | 'region' | 'bucket' | 'log' | 'idleMs'>): S3Connection {
  const { endpoint, region, bucket, log } = options;
  const place: S3Place = { bucket, host: endpoint === null ? `s3.${region}.amazonaws.com` : new URL(endpoint).host };
  const config = (socketTimeout: number): S3ClientConfig => ({
    region,
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    // Attempts are counted here: a stream has to be opened anew for each.
    maxAttempts: 1,
    // Otherwise streams are sent in AWS's own chunked form, which others refuse, and a presigned PUT demands the
    // checksum of an empty body. Content-MD5 is understood everywhere.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It costs a connection for each larger body.
    expectContinueHeader: false,
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
      warn: (...said) => log.warn('the S3 client warns', { said: said.filter((word) => typeof word === 'string') }),
      error: () => undefined,
    },
  });
  const quick = withContentMd5(new S3Client(config(options.idleMs ?? IDLE_MS)));
  const patient = withContentMd5(new S3Client({ ...config(PATIENT_IDLE_MS), credentials: quick.config.credentials }));

  return {
    bucket,
    place,
    client: quick,
    async send(work, { signal, patient: isPatient = false } = {}) {
      const startedAtMs = Date.now();
      const request: RequestOptions = signal ? { abortSignal: signal } : {};
      for (let attempt = 1; ; attempt++) {
        signal?.throwIfAborted();
        try {
          return await work(isPatient ? patient : quick, request, attempt);
        } catch (thrown) {
          // Not the SDK's words for it: the caller's.
          signal?.throwIfAborted();
          if (!isPassing(thrown) || Date.now() - startedAtMs > RETRY_WITHIN_MS) throw worded(thrown, place);
          const pauseMs = PAUSES_MS[attempt - 1] ?? PAUSES_MS[2];
          log.debug('a request to S3 is sent again', { attempt, bucket, reason: (thrown as Error).name });
          await sleep(pauseMs * (0.5 + Math.random()), undefined, signal ? { signal } : {});
        }
      }
    },
    close() {
      quick.destroy();
      patient.destroy();
    },
  };
}

/** Quotes are HTTP's, not part of the name. */
export function bareEtag(etag: string | undefined): string {
  return (etag ?? '').replace(/^(W\/)?"|"$/g, '');
}

/** @returns the value of a Content-MD5 header */
export function md5Of(bytes: Uint8Array | string): string {
  return createHash('md5').update(bytes).digest('base64');
}

/**
 * Adds Content-MD5 to requests whose body is a document: S3 demands a checksum of these, and services other than
 * AWS know no newer one.
 */
function withContentMd5(client: S3Client): S3Client {
  client.middlewareStack.add(
    (next) => async (args) => {
      const request = args.request as { headers?: Record<string, string>; body?: unknown };
      if (typeof request.body === 'string' && request.headers && request.headers['content-md5'] === undefined) {
        request.headers['content-md5'] = md5Of(request.body);
      }
      return next(args);
    },
    { step: 'build', name: 'marqueeContentMd5', priority: 'low' },
  );
  return client;
}
