import { isDeepStrictEqual } from 'node:util';
import type { BucketLocationConstraint, CORSRule, LifecycleRule } from '@aws-sdk/client-s3';
import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  GetBucketCorsCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { S3Connection, S3Options } from './s3-client.ts';
import { answerOf, isAnswer } from './s3-errors.ts';
import { tryToWrite } from './s3-trial.ts';

/** Everything that others wrote into a bucket's rules is left; ours are known by these. */
const CORS_ID = 'marquee';
const LIFECYCLE_ID = 'marquee-abandoned-uploads';
const POLICY_ID = 'MarqueePublicMedia';
/** Uploads that were begun this long ago, in days, and never completed are removed by the bucket. */
export const ABANDONED_DAYS = 7;
const CHECK_MS = 4500;

interface Policy {
  Version?: string;
  Statement: { Sid?: string }[];
}

/** What pages at these origins may do with the bucket: send parts, and read. */
export function corsRule(allowedOrigins: string[]) {
  return {
    ID: CORS_ID,
    AllowedOrigins: allowedOrigins,
    AllowedMethods: ['GET', 'HEAD', 'PUT'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag', 'Content-Length', 'Content-Range', 'Accept-Ranges'],
    MaxAgeSeconds: 3600,
  } satisfies CORSRule;
}

/** A bucket and its rules: made by `setup`, looked at by `check`. */
export function createS3Setup(
  s3: S3Connection,
  options: Pick<S3Options, 'endpoint' | 'region' | 'encryption' | 'allowedOrigins' | 'publicMedia' | 'log'>,
): { setup(): Promise<void>; check(): Promise<void> } {
  const { bucket } = s3;
  const Bucket = bucket;

  const list = async (signal: AbortSignal) => {
    const { Name } = await s3.send(
      (client, request) => client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 1, Prefix: 'media/' }), request),
      { signal },
    );
    if (Name === undefined) throw new Error('it lists no bucket');
  };
  const head = (signal: AbortSignal) =>
    s3
      .send((client, request) => client.send(new HeadBucketCommand({ Bucket }), request), { signal })
      .then(
        () => true,
        () => false,
      );

  let wasWell = false;
  // The answer to a HEAD does not say what is wrong. But it is a twelfth of a list's price, and processes look every few
  // seconds.
  const check = async (signal: AbortSignal) => {
    const isWell = wasWell && (await head(signal));
    wasWell = false;
    if (!isWell) await list(signal);
    wasWell = true;
  };

  const checkWithin = async () => {
    const slow = AbortSignal.timeout(CHECK_MS);
    // Finding credentials may take its time too, and heeds no signal.
    const late = new Promise<never>((_, reject) => {
      slow.addEventListener('abort', () => reject(slow.reason), { once: true });
    });
    try {
      await Promise.race([check(slow), late]);
    } catch (thrown) {
      if (slow.aborted && !isMarqueeError(thrown)) {
        const sentence = `S3 at ${s3.place.host} does not answer within ${CHECK_MS / 1000} seconds.`;
        throw new MarqueeError('OBJECTS_DOWN', sentence, { context: { ...s3.place }, cause: thrown });
      }
      if (isMarqueeError(thrown) && thrown.code !== 'INTERNAL') throw thrown;
      const said = answerOf(thrown)?.code ?? (thrown as Error).message;
      const sentence = `What answers at ${s3.place.host} does not answer as S3 does (${said}). Check S3_ENDPOINT and S3_BUCKET.`;
      throw new MarqueeError('CONFIG_INVALID', sentence, { context: { ...s3.place }, cause: thrown });
    }
  };

  const haveBucket = async () => {
    try {
      await checkWithin();
      return;
    } catch (thrown) {
      if (!isAnswer(thrown, 'NoSuchBucket')) throw thrown;
    }
    // AWS's first region is the one that must not be named; other services have but one.
    const named = options.endpoint === null && options.region !== 'us-east-1';
    const region = { LocationConstraint: options.region as BucketLocationConstraint };
    await s3
      .send((client, request) =>
        client.send(new CreateBucketCommand({ Bucket, ...(named && { CreateBucketConfiguration: region }) }), request),
      )
      .catch((thrown: unknown) => {
        if (isAnswer(thrown, 'BucketAlreadyOwnedByYou')) return;
        if (!isAnswer(thrown, 'BucketAlreadyExists')) throw thrown;
        const sentence = `The bucket ${bucket} belongs to somebody else. Set S3_BUCKET to another name.`;
        throw new MarqueeError('CONFIG_INVALID', sentence, { context: { ...s3.place }, cause: thrown });
      });
    options.log.info('the bucket was created', { ...s3.place });
  };

  const setCors = async () => {
    const rule: CORSRule = corsRule(options.allowedOrigins);
    const standing = await orNone('NoSuchCORSConfiguration', () =>
      s3.send((client, request) => client.send(new GetBucketCorsCommand({ Bucket }), request)),
    );
    const rules = standing?.CORSRules ?? [];
    // Some services forget the id.
    const others = rules.filter((other) => other.ID !== CORS_ID && !sameBut('ID', other, rule));
    if (others.length === rules.length - 1 && rules.some((other) => sameBut('ID', other, rule))) return;
    const CORSRules = options.allowedOrigins.length > 0 ? [rule, ...others] : others;
    if (CORSRules.length === 0) return;
    await s3.send((client, request) =>
      client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }), request),
    );
  };

  const setLifecycle = async () => {
    const rule: LifecycleRule = {
      ID: LIFECYCLE_ID,
      Status: 'Enabled',
      Filter: { Prefix: '' },
      AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABANDONED_DAYS },
    };
    const standing = await orNone('NoSuchLifecycleConfiguration', () =>
      s3.send((client, request) => client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }), request)),
    );
    const rules = standing?.Rules ?? [];
    // R2 has a rule of its own that does the same.
    if (rules.some((other) => other.AbortIncompleteMultipartUpload?.DaysAfterInitiation === ABANDONED_DAYS)) return;
    const Rules = [rule, ...rules.filter((other) => other.ID !== LIFECYCLE_ID)];
    await s3.send((client, request) =>
      client.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }), request),
    );
  };

  const setPolicy = async () => {
    const statement = {
      Sid: POLICY_ID,
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject'],
      Resource: [`arn:aws:s3:::${bucket}/media/*`],
    };
    const standing = await orNone('NoSuchBucketPolicy', () =>
      s3.send((client, request) => client.send(new GetBucketPolicyCommand({ Bucket }), request)),
    );
    const policy: Policy = standing?.Policy ? (JSON.parse(standing.Policy) as Policy) : { Statement: [] };
    const others = policy.Statement.filter(({ Sid }) => Sid !== POLICY_ID);
    const Statement = options.publicMedia ? [...others, statement] : others;
    if (isDeepStrictEqual(Statement, policy.Statement)) return;
    if (Statement.length === 0) {
      await s3.send((client, request) => client.send(new DeleteBucketPolicyCommand({ Bucket }), request));
      return;
    }
    const Policy = JSON.stringify({ Version: '2012-10-17', ...policy, Statement });
    await s3.send((client, request) => client.send(new PutBucketPolicyCommand({ Bucket, Policy }), request));
  };

  /** A service may know no such rule, and an owner may keep it for others to set: then it is for people to know. */
  const ifPossible = async (what: string, remedy: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (thrown) {
      const answer = answerOf(thrown);
      const refused = answer !== null && (answer.status === 501 || (answer.status >= 400 && answer.status < 500));
      if (!refused || answer.status === 429) throw thrown;
      options.log.warn(`${what} could not be set; ${remedy}`, { ...s3.place, answer: answer.code || answer.status });
    }
  };

  return {
    check: checkWithin,
    async setup() {
      await haveBucket();
      if (!(await tryToWrite(s3, options.encryption))) {
        const what = 'this service replaces objects that were to be written only if there is none';
        options.log.warn(`${what}; of two workers at one piece the later wins`, { ...s3.place });
      }
      await ifPossible(
        'the CORS rules of the bucket',
        'browsers cannot upload to it unless they are set there',
        setCors,
      );
      const lifecycle = 'remove uploads that were never completed by a rule of its own';
      await ifPossible('the lifecycle rule of the bucket', lifecycle, setLifecycle);
      const policy = options.publicMedia
        ? 'MEDIA_BASE_URL works only if media/ can be read there by other means'
        : 'nothing has to be done unless media/ was public before';
      await ifPossible('the policy of the bucket', policy, setPolicy);
    },
  };
}

/** @returns null where the service answers that there is no such thing */
async function orNone<T>(code: string, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (thrown) {
    if (isAnswer(thrown, code) || answerOf(thrown)?.status === 404) return null;
    throw thrown;
  }
}

function sameBut<T extends object>(field: keyof T, one: T, other: T): boolean {
  const [a, b] = [one, other].map((rule) => {
    const entries = Object.entries(rule).filter(([name, value]) => name !== field && value !== undefined);
    // Services give lists back in any order.
    return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value]));
  });
  return isDeepStrictEqual(a, b);
}
