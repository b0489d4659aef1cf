import { ABANDONED_DAYS, corsRule } from '@marquee/adapters/s3-setup';
import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { Cache } from './cache.ts';
import { accept } from './checks.ts';
import { DocumentDb } from './document-db.ts';
import { Media } from './media.ts';
import { Queues } from './queues.ts';
import { IMAGES, type ImageName } from './roles.ts';
import type { Settings } from './settings.ts';

/** Former versions of objects, and objects that were deleted, can be had back for this long. */
const KEPT_DAYS = 14;
/** Images that are kept, so that there is something to go back to. */
const KEPT_IMAGES = 20;
const SECRET_CHARS = 48;

/** The bucket's name follows from house, account and region, so other stacks know it without a reference. */
export function bucketNameOf(scope: Construct, { prefix }: Settings): string {
  const { account, region } = Stack.of(scope);
  return `${prefix}-${account}-${region}`;
}

/** Secrets of a house, by the variable that each becomes. */
export type SecretVariable =
  | 'MONGODB_URL'
  | 'MARQUEE_ADMIN_SECRET'
  | 'REDIS_URL'
  | 'TMDB_API_KEY'
  | 'LLM_API_KEY'
  | 'SMTP_URL'
  | 'CLOUDFRONT_PRIVATE_KEY';

/** What outlives every release: objects, store, secrets, images; and queues and cache, whose loss costs nothing. */
export class DataStack extends Stack {
  readonly queues: Queues;
  /** `MEDIA_BASE_URL`; null where films come from the bucket itself. */
  readonly mediaBaseUrl: string | null;
  readonly images: Record<ImageName, ecr.Repository>;
  readonly secrets: Partial<Record<SecretVariable, secrets.ISecret>>;

  constructor(
    scope: Construct,
    id: string,
    props: StackProps & { settings: Settings; vpc: ec2.IVpc; tasks: ec2.ISecurityGroup },
  ) {
    super(scope, id, props);
    const { settings, vpc, tasks } = props;
    const bucket = this.#makeBucket(settings);
    const keyFiles = settings.mediaKeyFiles?.split(',') ?? [];
    this.mediaBaseUrl = keyFiles.length > 0 ? new Media(this, 'Media', { settings, bucket, keyFiles }).baseUrl : null;
    this.queues = new Queues(this, 'Queues', { prefix: settings.prefix });
    const images = IMAGES.map((name) => [name, this.#makeRepository(settings, name)] as const);
    this.images = Object.fromEntries(images) as Record<ImageName, ecr.Repository>;

    const cache = new Cache(this, 'Cache', { vpc, tasks });
    const named = (name: string | undefined) =>
      name === undefined ? undefined : secrets.Secret.fromSecretNameV2(this, `Secret-${name}`, name);
    const adminSecret = new secrets.Secret(this, 'AdminSecret', {
      description: 'MARQUEE_ADMIN_SECRET: the set-up token, and what the site signs with',
      generateSecretString: { passwordLength: SECRET_CHARS, excludePunctuation: true },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    accept(adminSecret, 'SMG4', 'Rotating it signs everybody out and ends uploads: a person chooses when.');
    const store = settings.documentDb
      ? new DocumentDb(this, 'Store', { vpc, tasks, caFile: settings.mongoCaFile ?? '' }).url
      : named(settings.mongoSecret);
    const optional = {
      TMDB_API_KEY: named(settings.tmdbSecret),
      LLM_API_KEY: named(settings.llmSecret),
      SMTP_URL: named(settings.smtpSecret),
      CLOUDFRONT_PRIVATE_KEY: keyFiles.length > 0 ? named(settings.mediaKeySecret) : undefined,
    };
    this.secrets = {
      ...(store && { MONGODB_URL: store }),
      MARQUEE_ADMIN_SECRET: adminSecret,
      REDIS_URL: cache.url,
      ...Object.fromEntries(Object.entries(optional).filter(([, secret]) => secret !== undefined)),
    };

    new CfnOutput(this, 'Bucket', { value: bucket.bucketName });
    new CfnOutput(this, 'AdminSecretName', { value: adminSecret.secretName });
    if (this.mediaBaseUrl !== null) new CfnOutput(this, 'MediaAddress', { value: this.mediaBaseUrl });
    for (const [name, { repositoryUri }] of Object.entries(this.images)) {
      new CfnOutput(this, `Image-${name}`, { value: repositoryUri });
    }
  }

  /** Private in every way: readers come by addresses that are signed for one object. */
  #makeBucket(settings: Settings): s3.Bucket {
    const cors = corsRule([new URL(settings.publicUrl).origin]);
    const bucket = new s3.Bucket(this, 'Objects', {
      bucketName: bucketNameOf(this, settings),
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      cors: [
        {
          id: cors.ID,
          allowedOrigins: cors.AllowedOrigins,
          allowedMethods: cors.AllowedMethods as s3.HttpMethods[],
          allowedHeaders: cors.AllowedHeaders,
          exposedHeaders: cors.ExposeHeaders,
          maxAge: cors.MaxAgeSeconds,
        },
      ],
      lifecycleRules: [
        { id: 'abandoned-uploads', abortIncompleteMultipartUploadAfter: Duration.days(ABANDONED_DAYS) },
        {
          id: 'former-versions',
          noncurrentVersionExpiration: Duration.days(KEPT_DAYS),
          expiredObjectDeleteMarker: true,
        },
      ],
    });
    accept(bucket, 'S1', "Who watches what is nobody's business; who changes what stands in the audit log.");
    return bucket;
  }

  #makeRepository({ prefix }: Settings, name: ImageName): ecr.Repository {
    return new ecr.Repository(this, `Images-${name}`, {
      repositoryName: `${prefix}/${name}`,
      imageScanOnPush: true,
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      lifecycleRules: [{ maxImageCount: KEPT_IMAGES }],
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }
}
