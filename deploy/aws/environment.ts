import type { VARIABLES } from '@marquee/core/config';
import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { bucketNameOf, type SecretVariable } from './data.ts';
import { type RoleName, slotsOf } from './roles.ts';
import type { Settings } from './settings.ts';

/** Variables of the product, and no others: `VARIABLES` says which there are. */
export type Environment = Partial<Record<keyof typeof VARIABLES, string>>;

export const WEB_PORT = 4400;
export const HEALTH_PORT = 8080;
/** Where a task may write, as the images have it; all else is read-only. */
export const DATA_FOLDER = '/data';

/**
 * Fargate waits 120 s at most between SIGTERM and SIGKILL, which is also how long before Spot takes a task it says so.
 * A drain may last 20 s beyond `DRAIN_SEC` where something hangs.
 */
export const STOP_SEC = 120;
const DRAIN_SEC = 95;

/** What a container of a role is told. */
export function environmentOf(
  scope: Construct,
  role: RoleName | 'setup',
  settings: Settings,
  mediaBaseUrl: string | null,
): Environment {
  const { region, urlSuffix } = Stack.of(scope);
  const shared: Environment = {
    AWS_REGION: region,
    SQS_ENDPOINT: `https://sqs.${region}.${urlSuffix}`,
    QUEUE_PREFIX: settings.prefix,
    S3_BUCKET: bucketNameOf(scope, settings),
    PUBLIC_URL: settings.publicUrl,
    MARQUEE_DATA: DATA_FOLDER,
    MARQUEE_WORK: `${DATA_FOLDER}/work`,
    HOST: '0.0.0.0',
  };
  if (role === 'setup') return shared;
  if (role === 'web') {
    return {
      ...shared,
      PORT: `${WEB_PORT}`,
      // The balancer.
      PROXY_HOPS: '1',
      ...(mediaBaseUrl !== null && { MEDIA_BASE_URL: mediaBaseUrl }),
      ...(settings.smtpSecret !== undefined && settings.mailFrom !== undefined && { MAIL_FROM: settings.mailFrom }),
    };
  }
  const worker: Environment = { ...shared, HEALTH_PORT: `${HEALTH_PORT}`, DRAIN_SEC: `${DRAIN_SEC}` };
  // Fargate runs on processors of several kinds, and an orchestrator's word on that counts.
  if (role === 'orchestrator') return { ...worker, X264_CPU_INDEPENDENT: 'true' };
  const { llmBaseUrl, llmModel } = settings;
  const isReader = role === 'ai' || role === 'subtitle';
  return {
    ...worker,
    TRANSCODE_CONCURRENCY: `${slotsOf(role)}`,
    ...(isReader && llmBaseUrl !== undefined && llmModel !== undefined
      ? { LLM_BASE_URL: llmBaseUrl, LLM_MODEL: llmModel }
      : {}),
  };
}

/** Secrets that a role is handed: those alone that its code reads. */
export function secretsOf(role: RoleName | 'setup'): SecretVariable[] {
  switch (role) {
    case 'web':
      return ['MONGODB_URL', 'MARQUEE_ADMIN_SECRET', 'REDIS_URL', 'TMDB_API_KEY', 'SMTP_URL', 'CLOUDFRONT_PRIVATE_KEY'];
    case 'ai':
    case 'subtitle':
      return ['MONGODB_URL', 'LLM_API_KEY'];
    case 'setup':
      return ['MONGODB_URL', 'REDIS_URL'];
    default:
      return ['MONGODB_URL'];
  }
}
