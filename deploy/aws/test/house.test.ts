import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqsQueue } from '@marquee/adapters/sqs-queue';
import { VARIABLES } from '@marquee/core/config';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import { queuesOf } from '@marquee/workers/main';
import { beforeAll, describe, expect, it } from 'vitest';
import { DEFAULTS } from '../costs.ts';
import type { House } from '../house.ts';
import { ROLES } from '../roles.ts';
import { describeHouse, HAS_CDK, type Json } from './described.ts';
import { queuesBySetup } from './queues-by-setup.ts';

type Described = Awaited<ReturnType<typeof describeHouse>>;

const WORKERS = ['transcode', 'thumbnail', 'subtitle', 'ai'] as const;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

describe.skipIf(!HAS_CDK)('a house on AWS (the CDK: npm run aws:synth)', () => {
  let house: Described;
  beforeAll(async () => {
    house = await describeHouse({
      tmdbSecret: 'marquee/tmdb',
      smtpSecret: 'marquee/smtp',
      mailFrom: 'a@films.example',
    });
  });

  const properties = (type: string): Json[] => house.ofType(type).map(([, { Properties }]) => Properties);
  const taskOf = (role: string): Json => {
    const found = properties('AWS::ECS::TaskDefinition').find(({ Family }) => Family === `marquee-${role}`);
    if (!found) throw new Error(`no task of ${role}`);
    return found;
  };
  const containerOf = (role: string): Json => taskOf(role).ContainerDefinitions[0];
  const serviceOf = (role: string): Json =>
    properties('AWS::ECS::Service').find(({ ServiceName }) => ServiceName === `marquee-${role}`) as Json;

  it('has the queues that setup would make, no other and none otherwise', async () => {
    const standing = await queuesBySetup((endpoint) =>
      createSqsQueue({ endpoint, region: 'eu-west-1', prefix: 'marquee', log: silent as never }),
    );
    const names = new Map(house.ofType('AWS::SQS::Queue').map(([id, { Properties }]) => [id, Properties.QueueName]));
    const described = Object.fromEntries(
      properties('AWS::SQS::Queue').map((queue) => {
        const { deadLetterTargetArn, maxReceiveCount } = queue.RedrivePolicy ?? {};
        const redrive = queue.RedrivePolicy && {
          dead: names.get(deadLetterTargetArn['Fn::GetAtt'][0]),
          maxReceiveCount,
        };
        return [
          queue.QueueName,
          {
            retentionSec: queue.MessageRetentionPeriod,
            maxBytes: queue.MaximumMessageSize,
            visibilitySec: queue.VisibilityTimeout ?? 30,
            delaySec: queue.DelaySeconds ?? 0,
            redrive: redrive ?? null,
          },
        ];
      }),
    );
    expect(Object.keys(described)).toHaveLength(3 * MESSAGE_TYPES.length);
    expect(described).toEqual(standing);
  });

  it('buries what no consumer buries: every queue but those of dead letters has one of these', () => {
    const queues = properties('AWS::SQS::Queue');
    const [dead, living] = [queues.filter(isDead), queues.filter((queue) => !isDead(queue))];
    expect(dead).toHaveLength(MESSAGE_TYPES.length);
    expect(living.every(({ RedrivePolicy }) => RedrivePolicy !== undefined)).toBe(true);
    expect(dead.every(({ RedrivePolicy }) => RedrivePolicy === undefined)).toBe(true);
  });

  it('encrypts what it keeps, and what travels', () => {
    expect(properties('AWS::SQS::Queue').every(({ SqsManagedSseEnabled }) => SqsManagedSseEnabled === true)).toBe(true);
    const deniesPlain = (policy: Json) =>
      policy.PolicyDocument.Statement.some(
        ({ Effect, Condition }: Json) => Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false',
      );
    const queuePolicies = properties('AWS::SQS::QueuePolicy');
    expect(queuePolicies).toHaveLength(3 * MESSAGE_TYPES.length);
    expect([...queuePolicies, ...properties('AWS::S3::BucketPolicy')].every(deniesPlain)).toBe(true);
    for (const bucket of properties('AWS::S3::Bucket')) {
      expect(bucket.BucketEncryption.ServerSideEncryptionConfiguration).toHaveLength(1);
      expect(Object.values(bucket.PublicAccessBlockConfiguration)).toEqual([true, true, true, true]);
    }
    const [cache] = properties('AWS::ElastiCache::ReplicationGroup');
    expect(cache).toMatchObject({ TransitEncryptionEnabled: true, AtRestEncryptionEnabled: true });
    expect(JSON.stringify(cache?.AuthToken)).toContain('resolve:secretsmanager');
    const listeners = properties('AWS::ElasticLoadBalancingV2::Listener');
    expect(listeners.map(({ Protocol, DefaultActions }) => [Protocol, DefaultActions[0].Type]).sort()).toEqual([
      ['HTTP', 'redirect'],
      ['HTTPS', 'forward'],
    ]);
  });

  it('gives the bucket the rules of setup, so that setup has nothing to write', async () => {
    const { ABANDONED_DAYS, corsRule } = await import('@marquee/adapters/s3-setup');
    const [bucket] = properties('AWS::S3::Bucket');
    const { ID, ...cors } = corsRule(['https://films.example']);
    expect(bucket?.CorsConfiguration.CorsRules).toEqual([
      {
        Id: ID,
        AllowedOrigins: cors.AllowedOrigins,
        AllowedMethods: cors.AllowedMethods,
        AllowedHeaders: cors.AllowedHeaders,
        ExposedHeaders: cors.ExposeHeaders,
        MaxAge: cors.MaxAgeSeconds,
      },
    ]);
    const rules: Json[] = bucket?.LifecycleConfiguration.Rules;
    expect(rules.map((rule) => rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation)).toContain(ABANDONED_DAYS);
    expect(rules.some((rule) => rule.NoncurrentVersionExpiration?.NoncurrentDays > 0)).toBe(true);
    // What is current is never removed by the bucket.
    expect(rules.every((rule) => rule.ExpirationInDays === undefined)).toBe(true);
  });

  it('keeps what cannot be made again when a stack goes', () => {
    const kept = ['AWS::S3::Bucket', 'AWS::ECR::Repository'];
    expect(kept.flatMap(house.ofType).map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual([
      'Retain',
      'Retain',
      'Retain',
      'Retain',
    ]);
  });

  it('tells containers no variable that the product does not know', () => {
    const containers = properties('AWS::ECS::TaskDefinition').map(
      ({ ContainerDefinitions }) => ContainerDefinitions[0],
    );
    expect(containers).toHaveLength(7);
    for (const { Environment, Secrets } of containers as Json[]) {
      const told = [...Environment, ...Secrets].map(({ Name }) => Name as string);
      expect(told.filter((name) => !(name in VARIABLES))).toEqual([]);
      expect(new Set(told).size).toBe(told.length);
      // What may hold a password is a secret.
      const plain = Environment.map(({ Name }: Json) => Name);
      expect(plain.filter((name: string) => /SECRET|KEY$|MONGODB_URL|REDIS_URL|SMTP_URL/.test(name))).toEqual([]);
    }
  });

  it('hands each role its own secrets and no other', () => {
    const secretsOf = (role: string) =>
      containerOf(role)
        .Secrets.map(({ Name }: Json) => Name)
        .sort();
    expect(secretsOf('web')).toEqual(['MARQUEE_ADMIN_SECRET', 'MONGODB_URL', 'REDIS_URL', 'SMTP_URL', 'TMDB_API_KEY']);
    for (const role of ['orchestrator', ...WORKERS]) expect(secretsOf(role), role).toEqual(['MONGODB_URL']);
    expect(secretsOf('setup')).toEqual(['MONGODB_URL', 'REDIS_URL']);
  });

  it('runs nobody as root, nor with a disk to write to but its own folder, and waits for drains', () => {
    for (const role of [...Object.keys(ROLES), 'setup']) {
      const container = containerOf(role);
      expect(container, role).toMatchObject({ ReadonlyRootFilesystem: true });
      expect(container.Privileged ?? false).toBe(false);
      expect(container.User).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(container.LinuxParameters.Capabilities).toEqual({ Drop: ['ALL'] });
      expect(container.MountPoints.map(({ ContainerPath }: Json) => ContainerPath)).toEqual(['/data']);
      expect(taskOf(role).Volumes).toEqual([{ Name: 'data' }]);
      const drain = container.Environment.find(({ Name }: Json) => Name === 'DRAIN_SEC');
      // As `marquee worker` does: what hangs is given 20 s more. Fargate takes no more than 120.
      if (drain) expect(container.StopTimeout).toBeGreaterThanOrEqual(Number(drain.Value) + 20);
      expect(container.StopTimeout).toBeLessThanOrEqual(120);
      expect(container.LogConfiguration.LogDriver).toBe('awslogs');
    }
    expect(properties('AWS::Logs::LogGroup').every(({ RetentionInDays }) => RetentionInDays === 30)).toBe(true);
  });

  it('has a site behind a balancer, two orchestrators, and goes back when a release does not come up', () => {
    expect(serviceOf('orchestrator').DesiredCount).toBe(2);
    expect(serviceOf('web').LoadBalancers).toHaveLength(1);
    const [target] = properties('AWS::ElasticLoadBalancingV2::TargetGroup');
    expect(target).toMatchObject({ HealthCheckPath: '/api/health', Matcher: { HttpCode: '200' } });
    for (const role of Object.keys(ROLES)) {
      const { DeploymentConfiguration, NetworkConfiguration } = serviceOf(role);
      expect(DeploymentConfiguration.DeploymentCircuitBreaker, role).toEqual({ Enable: true, Rollback: true });
      expect(NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp).toBe('DISABLED');
    }
    for (const role of WORKERS) {
      expect(serviceOf(role).CapacityProviderStrategy, role).toEqual([{ CapacityProvider: 'FARGATE_SPOT', Weight: 1 }]);
    }
    for (const role of ['web', 'orchestrator']) expect(serviceOf(role).CapacityProviderStrategy).toBeUndefined();
  });

  it('knows which messages each role takes', () => {
    for (const role of ['orchestrator', ...WORKERS] as const) {
      const queues = queuesOf(role).map(({ type }) => type);
      expect([...ROLES[role].takes].sort(), role).toEqual(queues.sort());
    }
    const taken = Object.values(ROLES).flatMap(({ takes }) => takes);
    expect([...taken].sort()).toEqual([...MESSAGE_TYPES].sort());
  });

  describe('scaling', () => {
    const policyOf = (role: string): Json =>
      properties('AWS::ApplicationAutoScaling::ScalingPolicy').find(
        ({ PolicyName }) => PolicyName === `marquee-${role}-backlog-per-task`,
      ) as Json;

    it.each(WORKERS)('%s follows its backlog per task', (role) => {
      const { TargetTrackingScalingPolicyConfiguration: tracking, ScalingTargetId } = policyOf(role);
      const metrics: Json[] = tracking.CustomizedMetricSpecification.Metrics;
      const shown = metrics.filter(({ ReturnData }) => ReturnData);
      expect(shown).toHaveLength(1);
      const told = metrics.filter(({ MetricStat }) => MetricStat);
      // CloudWatch takes no more to an alarm.
      expect(told.length).toBeLessThanOrEqual(10);
      const queues = told.filter(({ MetricStat }) => MetricStat.Metric.Namespace === 'AWS/SQS');
      const counted = queues.map(({ MetricStat: { Metric } }) => `${Metric.MetricName} ${Metric.Dimensions[0].Value}`);
      expect(new Set(counted).size).toBe(counted.length);
      const existing = properties('AWS::SQS::Queue').map(({ QueueName }) => QueueName);
      for (const { MetricStat } of queues) expect(existing).toContain(MetricStat.Metric.Dimensions[0].Value);
      for (const { Id } of told) expect(shown[0]?.Expression).toContain(Id);
      expect(tracking.TargetValue).toBeGreaterThan(0);
      const target = house
        .ofType('AWS::ApplicationAutoScaling::ScalableTarget')
        .find(([id]) => id === ScalingTargetId.Ref);
      expect(target?.[1].Properties).toMatchObject({
        MinCapacity: role === 'transcode' ? 1 : 0,
        ScalableDimension: 'ecs:service:DesiredCount',
      });
      expect(JSON.stringify(target?.[1].Properties.ResourceId)).toContain('service/');
    });

    it.each(WORKERS)('%s is woken by the first message of any of its types', (role) => {
      const wake = properties('AWS::CloudWatch::Alarm').find((alarm) =>
        alarm.AlarmDescription?.startsWith(`Messages wait for ${role},`),
      ) as Json;
      const names = wake.Metrics.flatMap(({ MetricStat }: Json) => MetricStat?.Metric.Dimensions ?? [])
        .filter(({ Name }: Json) => Name === 'QueueName')
        .map(({ Value }: Json) => Value);
      expect(names).toHaveLength(2 * ROLES[role].takes.length);
      expect(wake.Metrics.length).toBeLessThanOrEqual(11);
      expect(wake).toMatchObject({ Threshold: 1, ComparisonOperator: 'GreaterThanOrEqualToThreshold' });
      const step = house
        .ofType('AWS::ApplicationAutoScaling::ScalingPolicy')
        .find(([id]) => id === wake.AlarmActions[0].Ref);
      expect(step?.[1].Properties).toMatchObject({
        PolicyType: 'StepScaling',
        StepScalingPolicyConfiguration: {
          AdjustmentType: 'ChangeInCapacity',
          StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
        },
      });
    });

    it('leaves the number of tasks to the scaling when a release is deployed', () => {
      for (const role of ['web', ...WORKERS]) expect(serviceOf(role).DesiredCount, role).toBeUndefined();
    });
  });

  it('tells somebody of old messages, dead letters, an empty house, faults of the site, and costs', () => {
    const alarms = house.templates.alarms.findResources('AWS::CloudWatch::Alarm');
    const said = Object.values(alarms).map(({ Properties }: Json) => Properties.AlarmDescription as string);
    const starting = (text: string) => said.filter((each) => each.startsWith(text));
    expect(starting('Dead letters of ')).toHaveLength(MESSAGE_TYPES.length);
    expect(starting('Work for ')).toHaveLength(5);
    expect(starting('No task of ')).toHaveLength(6);
    expect(said.filter((each) => /site/.test(each)).length).toBeGreaterThanOrEqual(2);
    expect(properties('AWS::Budgets::Budget')).toHaveLength(1);
    const [topic] = Object.keys(house.templates.alarms.findResources('AWS::SNS::Topic'));
    for (const { Properties } of Object.values(alarms) as Json[]) {
      expect(Properties.AlarmActions).toEqual([{ Ref: topic }]);
      expect(Properties.Metrics?.length ?? 0).toBeLessThanOrEqual(11);
    }
  });

  it('reckons costs with as many metrics as its alarms look at', () => {
    const looked = properties('AWS::CloudWatch::Alarm').map(
      ({ Metrics }) => Metrics?.filter(({ MetricStat }: Json) => MetricStat).length ?? 1,
    );
    // Of what is tracked AWS makes two alarms itself, one for each direction.
    const tracked = properties('AWS::ApplicationAutoScaling::ScalingPolicy').map((policy) => {
      const tracking = policy.TargetTrackingScalingPolicyConfiguration;
      if (!tracking) return 0;
      return (
        2 * (tracking.CustomizedMetricSpecification?.Metrics.filter(({ MetricStat }: Json) => MetricStat).length ?? 1)
      );
    });
    expect([...looked, ...tracked].reduce((sum, each) => sum + each, 0)).toBe(DEFAULTS['alarm-metrics']);
  });

  it('takes images by the tag that a deployment names, and none by default', () => {
    for (const template of [house.templates.services, house.templates.cluster]) {
      const parameter = Object.entries(template.findParameters('*')).find(([name]) => name === 'ImageTag');
      expect(parameter?.[1]).toMatchObject({ Type: 'String' });
      expect(parameter?.[1].Default).toBeUndefined();
    }
    expect(JSON.stringify(containerOf('transcode').Image)).toContain('ImageTag');
  });

  it('hands films out by CloudFront to whom the site signed for, and to it nothing but films', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'marquee-keys-'));
    const files = ['new.pem', 'old.pem'].map((name) => join(folder, name));
    for (const file of files) {
      const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
    }
    const other = await describeHouse({ mediaKeyFiles: files.join() }, { checked: true });
    rmSync(folder, { recursive: true });
    const [distribution] = other.ofType('AWS::CloudFront::Distribution').map(([, { Properties }]) => Properties);
    const { DefaultCacheBehavior: behavior, CacheBehaviors, Origins } = distribution.DistributionConfig;
    expect(behavior).toMatchObject({ ViewerProtocolPolicy: 'https-only', AllowedMethods: ['GET', 'HEAD', 'OPTIONS'] });
    // Nothing is open: there is no behaviour but this one.
    expect(CacheBehaviors).toBeUndefined();
    expect(behavior.TrustedKeyGroups).toHaveLength(1);
    expect(Origins[0].OriginAccessControlId).toBeDefined();
    const keys = other.ofType('AWS::CloudFront::PublicKey').map(([id]) => id);
    const [group] = other.ofType('AWS::CloudFront::KeyGroup').map(([, { Properties }]) => Properties);
    expect(group.KeyGroupConfig.Items.map(({ Ref }: Json) => Ref).sort()).toEqual(keys.sort());
    const policy = JSON.stringify(other.ofType('AWS::S3::BucketPolicy')[0]?.[1].Properties);
    expect(policy.match(/cloudfront\.amazonaws\.com/g)).toHaveLength(1);
    expect(policy).toMatch(/"s3:GetObject".*?\/media\/\*/);
    // The site alone knows of it: workers read from the bucket.
    for (const [, { Properties }] of other.ofType('AWS::ECS::TaskDefinition')) {
      const [{ Environment, Secrets }] = Properties.ContainerDefinitions;
      const told = [...Environment, ...Secrets].map(({ Name }: Json) => Name as string);
      const media = ['MEDIA_BASE_URL', 'CLOUDFRONT_KEY_ID', 'CLOUDFRONT_PRIVATE_KEY'];
      const known = media.filter((name) => told.includes(name));
      expect(known, Properties.Family).toEqual(Properties.Family === 'marquee-web' ? media : []);
      expect(told.filter((name) => !(name in VARIABLES))).toEqual([]);
    }
  });

  describe('by other settings', () => {
    it('has each of them in the documentation', async () => {
      const { SETTING_NAMES } = await import('../settings.ts');
      const page = readFileSync(new URL('../../../docs/operations/aws.md', import.meta.url), 'utf8');
      expect(SETTING_NAMES.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
    });

    it('says what is wrong with a setting', async () => {
      await expect(describeHouse({ publicUrl: 'http://films.example' })).rejects.toThrow(/publicUrl/);
      await expect(describeHouse({ documentDb: 'true' })).rejects.toThrow(/mongoCaFile/);
      await expect(describeHouse({ transcodeMin: '9', transcodeMax: '2' })).rejects.toThrow(/transcodeMin/);
    });
  });

  it('makes a store of its own where one is wanted, and is content by the rules of cdk-nag', async () => {
    const documentDb = { documentDb: 'true', mongoCaFile: '/etc/aws-ca.pem' };
    const other = await describeHouse(documentDb, { checked: true });
    const [cluster] = other.ofType('AWS::DocDB::DBCluster').map(([, { Properties }]) => Properties);
    expect(cluster).toMatchObject({ StorageEncrypted: true, DeletionProtection: true });
    const secrets = other.ofType('AWS::SecretsManager::Secret').map(([, { Properties }]) => JSON.stringify(Properties));
    expect(secrets.find((text) => text.includes('mongodb://'))).toContain('tlsCAFile=%2Fetc%2Faws-ca.pem');
  });

  it('is refused by those rules when something is left open', async () => {
    const { Bucket } = await import('aws-cdk-lib/aws-s3');
    const change = ({ data }: House) => void new Bucket(data, 'Loose');
    await expect(describeHouse({}, { checked: true, change })).rejects.toThrow(/AwsSolutions-S10/);
  });
});

function isDead({ QueueName }: Json): boolean {
  return (QueueName as string).endsWith('-dead');
}
