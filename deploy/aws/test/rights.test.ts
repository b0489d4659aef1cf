import { MESSAGE_TYPES } from '@marquee/core/messages';
import { beforeAll, describe, expect, it } from 'vitest';
import { ROLES } from '../roles.ts';
import { describeHouse, HAS_CDK, type Json } from './described.ts';

type Described = Awaited<ReturnType<typeof describeHouse>>;

/** Statements on everything, which are all that AWS lets be said of these actions, and where they stand. */
const ON_EVERYTHING: { action: string; where: RegExp; reason: string }[] = [
  { action: 'ecr:GetAuthorizationToken', where: /ExecutionRole/, reason: 'it knows no resource' },
];

/** Keys that rights may name with a star; anything else has to be whole. */
const STARRED = /(\/(media|uploads)\/\*|\/uploads\/\*\.seekable\.mkv|\/uploads\/setup-\*|-\?{6})$/;

describe.skipIf(!HAS_CDK)('rights on AWS (the CDK: npm run aws:synth)', () => {
  let house: Described;
  beforeAll(async () => {
    house = await describeHouse({ llmBaseUrl: 'https://llm.example/v1', llmModel: 'm', llmSecret: 'marquee/llm' });
  });

  /** What a role of a task may do: `action on resource`, with the name of a queue or what follows the bucket's. */
  const rightsOf = (role: string): string[] => {
    const [, task] = house
      .ofType('AWS::ECS::TaskDefinition')
      .find(([, { Properties }]) => Properties.Family === `marquee-${role}`) as [string, Json];
    const roleId = task.Properties.TaskRoleArn['Fn::GetAtt'][0];
    return house
      .ofType('AWS::IAM::Policy')
      .filter(([, { Properties }]) => Properties.Roles.some(({ Ref }: Json) => Ref === roleId))
      .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement)
      .flatMap((statement: Json) =>
        listed(statement.Action).flatMap((action) =>
          listed(statement.Resource).map((resource) => `${action} ${shortened(flat(resource))}`),
        ),
      );
  };
  const actionsOf = (role: string, service: string) =>
    [...new Set(rightsOf(role).map((right) => right.split(' ')[0] as string))]
      .filter((action) => action.startsWith(service))
      .sort();

  it('allow nothing by a star but folders of the bucket, and what stands on the list', () => {
    const statements = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Role']
      .flatMap(house.ofType)
      .flatMap(([id, { Properties }]) => {
        const inline = [
          Properties.PolicyDocument,
          ...(Properties.Policies ?? []).map((each: Json) => each.PolicyDocument),
        ];
        return inline.filter(Boolean).flatMap((document) => document.Statement.map((each: Json) => ({ id, each })));
      });
    expect(statements.length).toBeGreaterThan(20);
    const loose = statements.flatMap(({ id, each }) => {
      const actions = listed(each.Action);
      const resources = listed(each.Resource).map(flat);
      return [
        ...actions.filter((action) => action.includes('*')).map((action) => `${id}: ${action}`),
        ...resources
          .filter((resource) => resource.includes('*') && !STARRED.test(resource))
          .filter(
            (resource) =>
              resource !== '*' ||
              !actions.every((one) => ON_EVERYTHING.some(({ action, where }) => action === one && where.test(id))),
          )
          .map((resource) => `${id}: ${actions.join()} on ${resource}`),
      ];
    });
    expect(loose).toEqual([]);
    // Nobody brings rights along that somebody else wrote.
    const roles = house.ofType('AWS::IAM::Role').flatMap(([, { Properties }]) => Properties.ManagedPolicyArns ?? []);
    expect(roles).toEqual([]);
  });

  it('let nobody make, change or remove queues, and nobody but the site and orchestrators remove objects', () => {
    const queueActions = [
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ];
    for (const role of Object.keys(ROLES)) {
      expect(actionsOf(role, 'sqs:'), role).toEqual(queueActions);
      const removes = actionsOf(role, 's3:').includes('s3:DeleteObject');
      expect(removes, role).toBe(role === 'web' || role === 'orchestrator');
    }
    expect(actionsOf('setup', 'sqs:')).toEqual(['sqs:GetQueueAttributes', 'sqs:GetQueueUrl']);
    expect(rightsOf('setup').filter((right) => /DeleteObject|PutObject/.test(right))).toEqual([
      's3:PutObject BUCKET/uploads/setup-*',
      's3:DeleteObject BUCKET/uploads/setup-*',
    ]);
  });

  it('let each role take its own messages, and send what it sends', () => {
    for (const [role, { takes, sends }] of Object.entries(ROLES)) {
      const taken = rightsOf(role).filter((right) => right.startsWith('sqs:ReceiveMessage'));
      const names = takes.map((type) => `marquee-${type.replaceAll(/[._]/g, '-')}`);
      const wanted =
        role === 'web'
          ? MESSAGE_TYPES.map((type) => `marquee-${type.replaceAll(/[._]/g, '-')}-dead`)
          : names.flatMap((name) => [name, `${name}-first`]);
      expect(taken.map((right) => right.split(' ')[1]).sort(), role).toEqual(wanted.sort());
      const sent = rightsOf(role).filter((right) => right.startsWith('sqs:SendMessage'));
      const lanes = new Set([...sends, ...takes].map((type) => `marquee-${type.replaceAll(/[._]/g, '-')}`));
      expect(sent.map((right) => right.split(' ')[1]).sort(), role).toEqual(
        [...[...lanes].flatMap((name) => [name, `${name}-first`]), ...names.map((name) => `${name}-dead`)].sort(),
      );
    }
  });

  it('keep stills and analyses from uploads, and every worker from writing over them', () => {
    for (const role of ['thumbnail', 'ai']) {
      expect(
        rightsOf(role).filter((right) => right.includes('/uploads/')),
        role,
      ).toEqual([]);
    }
    for (const role of ['transcode', 'subtitle']) {
      const written = rightsOf(role).filter((right) => right.startsWith('s3:PutObject') && right.includes('/uploads/'));
      expect(written, role).toEqual(role === 'transcode' ? ['s3:PutObject BUCKET/uploads/*.seekable.mkv'] : []);
    }
  });
});

function listed(value: Json): Json[] {
  return Array.isArray(value) ? value : [value];
}

/** A resource as text, with what CloudFormation puts in by name. */
function flat(value: Json): string {
  if (typeof value === 'string') return value;
  const [[kind, inner]] = Object.entries(value) as [[string, Json]];
  if (kind === 'Fn::Join') return inner[1].map(flat).join(inner[0]);
  if (kind === 'Ref') return `<${inner.replace('::', '.')}>`;
  return `<${listed(inner).join('.')}>`;
}

function shortened(arn: string): string {
  const [, , service, , , name = ''] = arn.split(':');
  return service === 's3' ? name.replace(/^[^/]+/, 'BUCKET') : name;
}
