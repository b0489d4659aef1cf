import { isMarqueeError, MarqueeError } from '@marquee/core/errors';

/** Where requests go, for sentences; never a secret. */
export interface SqsPlace {
  host: string;
  region: string;
}

const MISSING = ['QueueDoesNotExist', 'NonExistentQueue'];
const REFUSED = [
  'AccessDenied',
  'AccessDeniedException',
  'IncompleteSignature',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSecurity',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'NotAuthorized',
  'OptInRequired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
];
/** Not a fault of what was sent: the same request may go through a moment later. */
const PASSING = [
  'InternalError',
  'InternalFailure',
  'OverLimit',
  'RequestThrottled',
  'ServiceUnavailable',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
];
/** Of a message that is no longer hidden for whoever asks, by now. */
const LOCK_GONE = ['MessageNotInflight', 'ReceiptHandleIsInvalid', 'InvalidParameterValue'];

interface Thrown {
  name?: string;
  code?: string;
  Code?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
  $response?: { statusCode?: number };
}

/** @returns what the service answered, also of an error put in our words since; null if it answered nothing */
export function answerOf(thrown: unknown): { code: string; status: number; requestId: string | null } | null {
  if (isMarqueeError(thrown)) return thrown.cause === undefined ? null : answerOf(thrown.cause);
  if (!(thrown instanceof Error)) return null;
  const error = thrown as Thrown;
  const status = error.$metadata?.httpStatusCode ?? error.$response?.statusCode ?? 0;
  if (status === 0) return null;
  return { code: bareCode(error.Code ?? error.name ?? ''), status, requestId: error.$metadata?.requestId ?? null };
}

/** @returns true if the service says that there is no such queue */
export function isMissingQueue(thrown: unknown): boolean {
  return MISSING.includes(answerOf(thrown)?.code ?? '');
}

/** @returns true if the service says that the message is not this receiver's any more */
export function isLockGone(thrown: unknown): boolean {
  return LOCK_GONE.includes(answerOf(thrown)?.code ?? '');
}

/** @returns true if the same request may well go through a moment later */
export function isPassing(thrown: unknown): boolean {
  const answer = answerOf(thrown);
  if (answer === null) return isConnectionFault(thrown);
  return (answer.status >= 500 && answer.status !== 501) || answer.status === 429 || PASSING.includes(answer.code);
}

/**
 * Puts an error of a request in our words.
 *
 * @param queue name of the queue that was asked for, for the sentence
 * @returns what is not about a request as it is
 */
export function worded(thrown: unknown, place: SqsPlace, queue: string | null): unknown {
  if (isMarqueeError(thrown) || !(thrown instanceof Error)) return thrown;
  const answer = answerOf(thrown);
  const details = { context: { ...place, queue, ...answer }, cause: thrown };
  if (isCredentialFault(thrown)) {
    const sentence =
      'There are no credentials for SQS. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give this machine a role.';
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (answer === null) return isConnectionFault(thrown) ? unreachable(place, thrown) : thrown;
  return wordedAnswer(answer, place, queue, details);
}

/** @returns the error of an answer with this code, also of one entry in a batch */
export function wordedAnswer(
  { code, status }: { code: string; status: number },
  { host, region }: SqsPlace,
  queue: string | null,
  details: { context: Record<string, unknown>; cause?: unknown },
): MarqueeError {
  if (MISSING.includes(code)) {
    const sentence = `The queue ${queue ?? 'asked for'} does not exist at ${host}. Run \`marquee setup\`, or correct QUEUE_PREFIX and AWS_REGION.`;
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  // Of a role, and renewed by itself.
  if (/^ExpiredToken/.test(code)) {
    const sentence = 'The credentials for SQS have just expired; new ones are fetched.';
    return new MarqueeError('BROKER_DOWN', sentence, details);
  }
  if (REFUSED.includes(code) || status === 401 || status === 403) {
    const sentence =
      `SQS at ${host} refuses these credentials (${code || status}). Check AWS_ACCESS_KEY_ID and ` +
      `AWS_SECRET_ACCESS_KEY, what they may do with the queues, AWS_REGION (${region}), and this machine's clock.`;
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (code === 'QueueDeletedRecently') {
    const sentence = `The queue ${queue} was deleted less than a minute ago. Run \`marquee setup\` again in a minute.`;
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (/^(KMS\.|Kms)/.test(code)) {
    const sentence = `The key that the queue ${queue} is encrypted with cannot be used (${code}). Check it in AWS.`;
    return new MarqueeError('CONFIG_INVALID', sentence, details);
  }
  if (status >= 500 || status === 429 || PASSING.includes(code)) {
    const sentence = `SQS at ${host} does not answer as it should just now (${code || status}).`;
    return new MarqueeError('BROKER_DOWN', sentence, details);
  }
  return new MarqueeError('INTERNAL', `SQS at ${host} refused a request (${code || status}).`, details);
}

/** The service could not be asked, or did not answer in time. */
export function unreachable({ host, region }: SqsPlace, cause?: unknown): MarqueeError {
  return new MarqueeError('BROKER_DOWN', `SQS at ${host} cannot be reached just now.`, {
    context: { host, region },
    cause,
  });
}

/** The older protocol's names come with a prefix that the newer one's have not. */
function bareCode(code: string): string {
  const bare = code.replace(/^.*[#]/, '').replace(/^AWS\.SimpleQueueService\./, '');
  return /^(|Error|Unknown|UnknownError|\d+)$/.test(bare) ? '' : bare;
}

function isConnectionFault(thrown: unknown): boolean {
  if (!(thrown instanceof Error) || isMarqueeError(thrown)) return false;
  const { code, name } = thrown as Thrown;
  return (
    name === 'TimeoutError' ||
    name === 'AbortError' ||
    /^(E(CONN|HOST|NET|PIPE|TIMEDOUT|AI_|NOTFOUND|PROTO|ADDR)|ERR_(STREAM|SOCKET|SSL|TLS|HTTP)_|ABORT_ERR$|HPE_|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(
      code ?? '',
    ) ||
    /socket hang up|aborted/.test(thrown.message)
  );
}

function isCredentialFault(thrown: Error): boolean {
  return (
    /^(CredentialsProviderError|TokenProviderError)$/.test(thrown.name) ||
    /credential (object )?is (missing|not valid)|could not load credentials|Resolved credential/i.test(thrown.message)
  );
}
