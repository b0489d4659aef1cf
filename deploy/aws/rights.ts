import { namesOf } from '@marquee/adapters/sqs-messages';
import type { MessageType } from '@marquee/core/messages';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { REMUXED, ROLES, type RoleName } from './roles.ts';

/** Where rights are given: on queues by name, and on one bucket. */
export interface Ground {
  scope: Construct;
  prefix: string;
  bucketName: string;
}

type Lane = 'ordinary' | 'first' | 'dead';

/** What `marquee setup` writes to see whether it can (`packages/adapters/src/s3-trial.ts`). */
const TRIALS = 'uploads/setup-*';
/** Everybody looks whether all queues are there, at the start and while it works. */
const LOOK = ['sqs:GetQueueUrl', 'sqs:GetQueueAttributes'];
const TAKE = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'];

/** What the tasks of a role may do: no more than its code asks for. */
export function workRights(ground: Ground, role: RoleName): iam.PolicyStatement[] {
  const { takes, sends, objects } = ROLES[role];
  const arns = (types: readonly MessageType[], lanes: Lane[]) => queueArns(ground, types, lanes);
  const isDesk = role === 'web';
  return [
    allow(LOOK, arns(MESSAGE_TYPES, ['ordinary', 'first', 'dead'])),
    // Dead letters are looked at, and sent back, on an admin page.
    allow(TAKE, isDesk ? arns(MESSAGE_TYPES, ['dead']) : arns(takes, ['ordinary', 'first'])),
    // What cannot be handled goes back as a copy, or to the dead letters.
    allow(
      ['sqs:SendMessage'],
      [...arns([...new Set([...sends, ...takes])], ['ordinary', 'first']), ...arns(takes, ['dead'])],
    ),
    allow(['s3:ListBucket'], [bucketArn(ground)]),
    ...inBucket(ground, ['s3:GetObject'], objects.read),
    ...inBucket(ground, ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'], objects.write),
    ...inBucket(ground, ['s3:DeleteObject'], objects.remove),
  ];
}

/**
 * What `marquee setup` may do. Queues and the bucket's rules are made by the stacks, so it only looks whether they are
 * as it would have them; it tries to write, and makes the indexes of the store by the store's own address.
 */
export function setupRights(ground: Ground): iam.PolicyStatement[] {
  return [
    allow(LOOK, queueArns(ground, MESSAGE_TYPES, ['ordinary', 'first', 'dead'])),
    allow(
      ['s3:ListBucket', 's3:GetBucketCORS', 's3:GetLifecycleConfiguration', 's3:GetBucketPolicy'],
      [bucketArn(ground)],
    ),
    ...inBucket(ground, ['s3:PutObject', 's3:DeleteObject'], [TRIALS]),
  ];
}

/** Folders that rights name with a star, and why. */
const STARRED: Record<string, string> = {
  'media/*': 'Each film has a folder of its own there, and any task may be about any film.',
  'uploads/*': 'Each upload has a folder of its own there, and any task may be about any upload.',
  [REMUXED]: 'The copy lies beside an upload, whose name is not known before.',
  [TRIALS]: 'Setup writes a trial object of a random name, and removes it.',
};

/** @returns patterns of keys in rights by the id under which cdk-nag finds them, each with its reason */
export function starredIn(statements: readonly iam.PolicyStatement[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const resource of statements.flatMap(({ resources }) => resources)) {
    for (const [pattern, reason] of Object.entries(STARRED)) {
      if (!resource.endsWith(`/${pattern}`)) continue;
      const named = resource.replaceAll(/\$\{Token\[(AWS\.\w+)\.\d+\]\}/g, (_, token: string) => {
        return `<${token.replace('.', '::')}>`;
      });
      found.set(`IAM5[Resource::${named}]`, reason);
    }
  }
  return found;
}

function inBucket(ground: Ground, actions: string[], keys: string[]): iam.PolicyStatement[] {
  const bucket = bucketArn(ground);
  return keys.length === 0
    ? []
    : [
        allow(
          actions,
          keys.map((key) => `${bucket}/${key}`),
        ),
      ];
}

function bucketArn({ scope, bucketName }: Ground): string {
  return Stack.of(scope).formatArn({ service: 's3', region: '', account: '', resource: bucketName });
}

/** By name rather than by reference: no export between stacks stands in the way of a change. */
function queueArns({ scope, prefix }: Ground, types: readonly MessageType[], lanes: Lane[]): string[] {
  return types.flatMap((type) =>
    lanes.map((lane) => Stack.of(scope).formatArn({ service: 'sqs', resource: namesOf(prefix, type)[lane] })),
  );
}

function allow(actions: string[], resources: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions, resources });
}
