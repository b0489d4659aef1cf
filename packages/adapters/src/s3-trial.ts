import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { isMarqueeError, MarqueeError } from '@marquee/core/errors';
import type { S3Connection, S3Options } from './s3-client.ts';
import { answerOf, isAnswer, isUnsupported } from './s3-errors.ts';

/**
 * Writes an object, as work will, and removes it: what the service refuses is better known before.
 *
 * @returns whether the service keeps to "only if there is none", without which two writers of one key may both
 *          believe that theirs stands
 * @throws MarqueeError CONFIG_INVALID if nothing can be written, or not with this encryption
 */
export async function tryToWrite(s3: S3Connection, encryption: S3Options['encryption']): Promise<boolean> {
  const target = { Bucket: s3.bucket, Key: `uploads/setup-${randomUUID()}` };
  const write = (condition: { IfNoneMatch?: string }) =>
    s3.send((client, request) =>
      client.send(
        new PutObjectCommand({
          ...target,
          ...condition,
          ...(encryption !== 'none' && { ServerSideEncryption: encryption }),
          Body: 'Written by `marquee setup`.',
        }),
        request,
      ),
    );
  try {
    await write({});
    return await write({ IfNoneMatch: '*' }).then(
      () => false,
      (thrown: unknown) => {
        if (isAnswer(thrown, 'PreconditionFailed')) return true;
        if (isUnsupported(thrown)) return false;
        throw thrown;
      },
    );
  } catch (thrown) {
    const answer = answerOf(thrown);
    if (encryption === 'none' || answer === null || answer.status < 400 || !isMarqueeError(thrown)) throw thrown;
    if (thrown.code !== 'INTERNAL' && !isAnswer(thrown, 'AccessDenied')) throw thrown;
    const sentence =
      `S3 at ${s3.place.host} does not store with the encryption ${encryption} (${answer.code}). ` +
      'Set S3_ENCRYPTION to what it offers, over https, or to none.';
    throw new MarqueeError('CONFIG_INVALID', sentence, { context: { ...s3.place, encryption }, cause: thrown });
  } finally {
    await s3
      .send((client, request) => client.send(new DeleteObjectCommand(target), request))
      // What went wrong before is what counts.
      .catch(() => undefined);
  }
}
