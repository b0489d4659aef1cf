import { isMarqueeError, MarqueeError } from '@marquee/core/errors';

/** Where requests go, for sentences; never a secret. */
export interface S3Place {
  bucket: string;
  host: string;
}

/** What a service said, or what became of the connection. `status` is 0 when it said nothing. */
export interface S3Answer {
  code: string;
  status: number;
  requestId: string | null;
}

/** Statuses of answers to HEAD, which carry no code. */
const CODES: Record<number, string> = { 304: 'NotModified', 404: 'NotFound', 412: 'PreconditionFailed' };

const REFUSED = [
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AccessDenied',
  'AllAccessDisabled',
  'AccountProblem',
  'InvalidToken',
  'InvalidSecurity',
];
const ELSEWHERE = [
  'PermanentRedirect',
  'TemporaryRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
];
const FULL = ['InsufficientStorage', 'QuotaExceeded', 'XMinioStorageFull', 'StorageFull', 'XAmzStorageFull'];
/** Not a fault of what was sent: the same request may go through a moment later. */
const PASSING = [
  'BadDigest',
  'ConditionalRequestConflict',
  'InternalError',
  'OperationAborted',
  'RequestTimeout',
  'RequestTimeTooSkewed',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'XAmzContentSHA256Mismatch',
];
const UNSUPPORTED = ['NotImplemented', 'MethodNotAllowed', 'UnsupportedOperation', 'XNotImplemented'];

interface Thrown {
  name?: string;
  code?: string;
  Code?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $response?: { statusCode?: number };
}

/** @returns what the service answered, also of an error that was put in our words since; null if it is not about a request */
export function answerOf(thrown: unknown): S3Answer | null {
  if (isMarqueeError(thrown)) return thrown.cause === undefined ? null : answerOf(thrown.cause);
  if (!(thrown instanceof Error)) return null;
  const error = thrown as Thrown;
  const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode ?? 0;
  if (error.$metadata === undefined && status === 0) return null;
  const said = error.Code ?? error.name ?? '';
  const code = /^(|Error|UnknownError|Unknown|Forbidden|\d+)$/.test(said) ? (CODES[status] ?? said) : said;
  return { code, status, requestId: error.$metadata?.requestId ?? null };
}

/** @returns true if the service answered with one of these codes */
export function isAnswer(thrown: unknown, ...codes: string[]): boolean {
  const answer = answerOf(thrown);
  return answer !== null && codes.includes(answer.code);
}

/** @returns true if the service does not know the request at all */
export function isUnsupported(thrown: unknown): boolean {
  return answerOf(thrown)?.status === 501 || isAnswer(thrown, ...UNSUPPORTED);
}

/** @returns true if the same request may well go through a moment later */
export function isPassing(thrown: unknown): boolean {
  const answer = answerOf(thrown);
  if (answer === null || answer.status === 0) return isConnectionFault(thrown);
  if (answer.status === 501 || answer.status === 507 || FULL.includes(answer.code)) return false;
  return answer.status >= 500 || answer.status === 429 || PASSING.includes(answer.code);
}

/** @returns true if the request or its answer was lost on the way */
export function isConnectionFault(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || isMarqueeError(thrown)) return false;
  const { code, name } = thrown as Thrown;
  return (
    name === 'TimeoutError' ||
    /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_|NOTFOUND|PROTO|ADDR)|ERR_(STREAM|SOCKET|SSL|TLS|HTTP|HTTP2)_|ABORT_ERR$|HPE_|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(
      code ?? '',
    ) ||
    /socket hang up|aborted/.test(thrown.message)
  );
}

/** @returns the error in our words; what is not about a request is given back as it is */
export function worded(thrown: unknown, place: S3Place): unknown {
  if (isMarqueeError(thrown) || !(thrown instanceof Error)) return thrown;
  const answer = answerOf(thrown);
  const { bucket, host } = place;
  const context = { bucket, host, ...answer };
  const details = { context, cause: thrown };
  if (isCredentialFault(thrown)) {
    const sentence =
      'There are no credentials for S3. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role.';
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (answer === null || answer.status === 0) {
    if (!isConnectionFault(thrown)) return thrown;
    return new MarqueeError('OBJECTS_DOWN', `S3 at ${host} cannot be reached just now.`, details);
  }
  const { code, status } = answer;
  if (code === 'NoSuchBucket') {
    const sentence = `The bucket ${bucket} does not exist. Run \`marquee setup\`, or set S3_BUCKET to one that does.`;
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (FULL.includes(code) || status === 507) {
    const sentence = 'Object storage is full. Free some space there and the work goes on by itself.';
    return new MarqueeError('DISK_FULL', sentence, details);
  }
  if (code === 'RequestTimeTooSkewed') {
    const sentence = 'The clock of this machine and that of S3 are more than 15 minutes apart. Set it right.';
    return new MarqueeError('OBJECTS_DOWN', sentence, details);
  }
  // Of a role, and renewed by itself.
  if (code === 'ExpiredToken') {
    return new MarqueeError('OBJECTS_DOWN', 'The credentials for S3 have just expired; new ones are fetched.', details);
  }
  if (ELSEWHERE.includes(code) || status === 301 || status === 307) {
    const sentence = `The bucket ${bucket} is in another region. Set AWS_REGION to it, and S3_ENDPOINT if it is not AWS's.`;
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (REFUSED.includes(code) || status === 401 || status === 403) {
    const sentence =
      `S3 refuses these credentials for the bucket ${bucket} (${code || status}). ` +
      'Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and what they may do there.';
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (code.startsWith('KMS.')) {
    const sentence = `The key that the bucket ${bucket} encrypts with cannot be used (${code}). Check it, or S3_ENCRYPTION.`;
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (isPassing(thrown)) {
    return new MarqueeError(
      'OBJECTS_DOWN',
      `S3 at ${host} does not answer as it should just now (${code || status}).`,
      details,
    );
  }
  return new MarqueeError('INTERNAL', `S3 at ${host} refused a request (${code || status}).`, details);
}

function isCredentialFault(thrown: Error): boolean {
  return (
    /^(CredentialsProviderError|TokenProviderError)$/.test(thrown.name) ||
    /credential (object )?is (missing|not valid)|could not load credentials|Resolved credential/i.test(thrown.message)
  );
}
