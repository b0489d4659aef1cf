import { GetObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { MarqueeError } from '@marquee/core/errors';
import type { Objects } from '@marquee/core/ports';
import { createCloudFrontSigner } from './cloudfront-signing.ts';
import { checkKey, checkPrefix } from './object-keys.ts';
import type { S3Options } from './s3-client.ts';
import { connectS3 } from './s3-client.ts';
import { createS3Delete } from './s3-delete.ts';
import { worded } from './s3-errors.ts';
import { checkPart, createS3Multipart, headersFor, MIN_PART_BYTES } from './s3-multipart.ts';
import { createS3Reader, missing } from './s3-read.ts';
import { createS3Setup } from './s3-setup.ts';
import { createS3Put } from './s3-write.ts';

export type { S3Options } from './s3-client.ts';

/** Longer than any one tool runs; the address is asked for anew by each. */
const TOOL_EXPIRES_SEC = 12 * 3600;
/** S3 signs for a week at most. */
const MAX_EXPIRES_SEC = 7 * 24 * 3600;
/** What `publicMedia` opens, and what CloudFront has. */
const MEDIA_FOLDER = 'media/';

/**
 * Object storage in a bucket of S3 or of a service that speaks its protocol. Credentials come from where the AWS
 * SDK looks for them: the environment, a profile, the role of the machine.
 *
 * Unlike on disk, a key can be an object and the folder of another at once, and `list` tells the content type
 * that a key's name stands for, because S3 lists none; `head` tells the stored one.
 */
export function createS3Objects(options: S3Options): Objects {
  const s3 = connectS3(options);
  const headers = headersFor(options.encryption);
  const reader = createS3Reader(s3);
  const multipart = createS3Multipart(s3, reader, headers);
  const cloudFront =
    options.cloudFront && options.mediaBaseUrl
      ? createCloudFrontSigner({ ...options.cloudFront, baseUrl: options.mediaBaseUrl.replace(/\/+$/, '') })
      : null;
  const publicBase = options.publicMedia ? (options.mediaBaseUrl?.replace(/\/+$/, '') ?? null) : null;

  const sign = async (expiresSec: number, work: (options: { expiresIn: number }) => Promise<string>) => {
    if (!Number.isFinite(expiresSec)) throw new MarqueeError('MESSAGE_INVALID', 'A signed address has to expire.');
    try {
      return await work({ expiresIn: Math.min(Math.max(Math.ceil(expiresSec), 1), MAX_EXPIRES_SEC) });
    } catch (thrown) {
      throw worded(thrown, s3.place);
    }
  };
  const signGet = (key: string, expiresSec: number) => {
    const command = new GetObjectCommand({ Bucket: s3.bucket, Key: key });
    return sign(expiresSec, (expiry) => getSignedUrl(s3.client, command, expiry));
  };

  return {
    features: { signedFolders: publicBase !== null, minPartBytes: MIN_PART_BYTES },
    ...createS3Setup(s3, options),
    ...createS3Delete(s3, reader),
    get: reader.get,
    list: reader.list,
    head: async (key) => (await reader.look(key))?.facts ?? null,
    put: createS3Put(s3, { reader, multipart, headers, log: options.log }),

    createMultipart: multipart.createMultipart,
    putPart: multipart.putPart,
    listParts: multipart.listParts,
    completeMultipart: multipart.completeMultipart,
    abortMultipart: multipart.abortMultipart,
    async signPart(key, uploadId, partNumber, expiresSec) {
      const upload = { Bucket: s3.bucket, Key: checkKey(key), UploadId: multipart.serviceIdOf(uploadId) };
      const command = new UploadPartCommand({ ...upload, PartNumber: checkPart(partNumber) });
      return sign(expiresSec, (expiry) => getSignedUrl(s3.client, command, expiry));
    },

    async signRead(key, { expiresSec, folder = false }) {
      if (folder && !key.endsWith('/')) {
        throw new MarqueeError('MESSAGE_INVALID', 'A folder to be signed has to end in a slash.', { context: { key } });
      }
      if (folder) checkPrefix(key);
      else checkKey(key);
      if (publicBase !== null && key.startsWith(MEDIA_FOLDER)) {
        return `${publicBase}/${key.split('/').map(encodeURIComponent).join('/')}`;
      }
      if (!folder && cloudFront !== null && key.startsWith(MEDIA_FOLDER)) return cloudFront.signRead(key, expiresSec);
      if (!folder) return signGet(key, expiresSec);
      throw new MarqueeError(
        'CONFIG_INVALID',
        'S3 signs one object at a time. Set MEDIA_BASE_URL to an address at which media/ can be read by everybody.',
        { context: { key } },
      );
    },

    async toolInput(key) {
      if ((await reader.look(key)) === null) throw missing(key);
      const url = await signGet(key, TOOL_EXPIRES_SEC);
      return { url, protocols: url.startsWith('https:') ? ['https', 'tls', 'tcp'] : ['http', 'tcp'] };
    },

    async close() {
      s3.close();
    },
  };
}
