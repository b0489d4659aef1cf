import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import { address, withoutSlash } from './config-values.ts';
import { MarqueeError } from './errors.ts';

/** A bucket of S3, and how readers come to what is in it. */
export interface ObjectsConfig {
  /** Null for AWS. */
  endpoint: string | null;
  region: string;
  bucket: string;
  encryption: 'none' | 'AES256' | 'aws:kms';
  /** Without a slash at its end. */
  mediaBaseUrl: string | null;
  /** Signs addresses there, which then are closed to everybody else; null where they are open. The key is a secret. */
  cloudFront: { keyId: string; privateKey: string } | null;
}

/** The part of the configuration's variables that is about it. */
export const OBJECTS_VARIABLES = {
  S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/)
    .optional()
    .describe('name of the bucket; the objects in S3'),
  S3_ENDPOINT: address('http', 'https').describe('address of an S3 service other than AWS'),
  S3_ENCRYPTION: z
    .enum(['none', 'AES256', 'aws:kms'])
    .default('none')
    .describe('none, AES256 or aws:kms; server-side encryption of what is stored'),
  AWS_REGION: z.string().min(1).default('us-east-1').describe('region of SQS and S3'),
  MEDIA_BASE_URL: address('http', 'https').describe(
    'address at which everybody can read media/ of the bucket, such as a CDN; without it, addresses are signed',
  ),
  CLOUDFRONT_KEY_ID: z
    .string()
    .regex(/^[A-Z0-9]{10,30}$/)
    .optional()
    .describe('id of a public key of CloudFront; addresses at MEDIA_BASE_URL are then signed for it'),
  CLOUDFRONT_PRIVATE_KEY: z
    .string()
    .transform((text) => text.replaceAll('\\n', '\n').trim())
    .refine(isSigningKey, { error: 'it is no private key in PEM, RSA or P-256' })
    .optional()
    .describe('the private key that belongs to CLOUDFRONT_KEY_ID, in PEM; ends of lines may be written as \\n'),
} as const;

/**
 * Reads what belongs to the bucket.
 *
 * @returns null where there is none
 * @throws MarqueeError CONFIG_INVALID if something is set whose counterpart is not
 */
export function objectsOf(
  v: { [K in keyof typeof OBJECTS_VARIABLES]: z.infer<(typeof OBJECTS_VARIABLES)[K]> },
): ObjectsConfig | null {
  if (v.S3_BUCKET === undefined) {
    if (v.S3_ENDPOINT === undefined) return null;
    throw new MarqueeError('CONFIG_INVALID', 'S3_ENDPOINT is set, but S3_BUCKET is not. Name the bucket.');
  }
  const { CLOUDFRONT_KEY_ID: keyId, CLOUDFRONT_PRIVATE_KEY: privateKey, MEDIA_BASE_URL: mediaBaseUrl } = v;
  if ((keyId === undefined) !== (privateKey === undefined)) {
    const names = ['CLOUDFRONT_KEY_ID', 'CLOUDFRONT_PRIVATE_KEY'];
    const [set, missing] = keyId === undefined ? names.reverse() : names;
    throw new MarqueeError('CONFIG_INVALID', `${set} is set, but ${missing} is not. Set it: a signature needs both.`);
  }
  if (keyId !== undefined && mediaBaseUrl === undefined) {
    const sentence = 'CLOUDFRONT_KEY_ID is set, but MEDIA_BASE_URL is not. Set it to the address of the distribution.';
    throw new MarqueeError('CONFIG_INVALID', sentence);
  }
  return {
    endpoint: v.S3_ENDPOINT ?? null,
    region: v.AWS_REGION,
    bucket: v.S3_BUCKET,
    encryption: v.S3_ENCRYPTION,
    mediaBaseUrl: mediaBaseUrl === undefined ? null : withoutSlash(mediaBaseUrl),
    cloudFront: keyId === undefined || privateKey === undefined ? null : { keyId, privateKey },
  };
}

/** What CloudFront takes: RSA, or ECDSA on the curve P-256. */
function isSigningKey(pem: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
    return (
      asymmetricKeyType === 'rsa' || (asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1')
    );
  } catch {
    return false;
  }
}
