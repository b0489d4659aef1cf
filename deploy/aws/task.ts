import { Duration } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { accept } from './checks.ts';
import { bucketNameOf, type SecretVariable } from './data.ts';
import { DATA_FOLDER, environmentOf, HEALTH_PORT, STOP_SEC, secretsOf, WEB_PORT } from './environment.ts';
import { keyIdParameterOf } from './media.ts';
import { setupRights, starredIn, workRights } from './rights.ts';
import { type ImageName, ROLES, type RoleName } from './roles.ts';
import type { Settings } from './settings.ts';

/** What tasks of all roles are made from. */
export interface TaskParts {
  settings: Settings;
  images: Record<ImageName, ecr.IRepository>;
  /** Tag of the images. */
  imageTag: string;
  secrets: Partial<Record<SecretVariable, ISecret>>;
  mediaBaseUrl: string | null;
}

/** As the images have it (deploy/docker): nobody in particular. */
const USER = '1000:1000';
/** Least that Fargate takes when it is asked for more than its 20 GiB. */
const LEAST_DISK_GIB = 21;
const DATA_VOLUME = 'data';

/**
 * A task of one role: its own rights, its own secrets, its own log; no root, nothing to write to but one folder that
 * goes with it.
 */
export function defineTask(scope: Construct, role: RoleName | 'setup', parts: TaskParts): ecs.FargateTaskDefinition {
  const { settings, images, imageTag } = parts;
  const id = role[0]?.toUpperCase() + role.slice(1);
  const machine = role === 'setup' ? ROLES.orchestrator : ROLES[role];
  const definition = new ecs.FargateTaskDefinition(scope, `${id}Task`, {
    family: `${settings.prefix}-${role}`,
    cpu: machine.cpu,
    memoryLimitMiB: machine.memoryMiB,
    ...(machine.diskGiB !== undefined && { ephemeralStorageGiB: Math.max(LEAST_DISK_GIB, machine.diskGiB) }),
    volumes: [{ name: DATA_VOLUME }],
  });
  const ground = { scope, prefix: settings.prefix, bucketName: bucketNameOf(scope, settings) };
  const rights = role === 'setup' ? setupRights(ground) : workRights(ground, role);
  for (const statement of rights) definition.taskRole.addToPrincipalPolicy(statement);
  for (const [finding, reason] of starredIn(rights)) accept(definition.taskRole, finding, reason);
  const variables = environmentOf(scope, role, settings, parts.mediaBaseUrl);
  const container = definition.addContainer('marquee', {
    image: ecs.ContainerImage.fromEcrRepository(images[role === 'setup' ? 'worker' : ROLES[role].image], imageTag),
    command: role === 'web' ? ['web'] : role === 'setup' ? ['setup'] : ['worker', role],
    environment: variables as Record<string, string>,
    secrets: handedOver(scope, role, parts),
    user: USER,
    readonlyRootFilesystem: true,
    stopTimeout: Duration.seconds(STOP_SEC),
    logging: ecs.LogDrivers.awsLogs({
      streamPrefix: role,
      // What is said is lost rather than that work waits for a log.
      mode: ecs.AwsLogDriverMode.NON_BLOCKING,
      logGroup: new logs.LogGroup(scope, `${id}Log`, { retention: settings.logDays as logs.RetentionDays }),
    }),
    linuxParameters: hardened(scope, id),
    ...(role !== 'setup' && { healthCheck: healthCheck(role) }),
    ...(role === 'web' && { portMappings: [{ containerPort: WEB_PORT }] }),
  });
  // Fargate gives it to whom the image's VOLUME belongs.
  container.addMountPoints({ sourceVolume: DATA_VOLUME, containerPath: DATA_FOLDER, readOnly: false });
  accept(definition, 'ECS2', 'Addresses and sizes are no secrets; secrets come from Secrets Manager.');
  const { executionRole } = definition;
  if (executionRole) accept(executionRole, 'IAM5[Resource::*]', 'ecr:GetAuthorizationToken knows no resource.');
  return definition;
}

function handedOver(scope: Construct, role: RoleName | 'setup', parts: TaskParts): Record<string, ecs.Secret> {
  const secrets: Record<string, ecs.Secret> = {};
  for (const name of secretsOf(role)) {
    const secret = parts.secrets[name];
    if (secret !== undefined) secrets[name] = ecs.Secret.fromSecretsManager(secret);
  }
  if ('CLOUDFRONT_PRIVATE_KEY' in secrets) {
    const id = ssm.StringParameter.fromStringParameterName(scope, 'KeyId', keyIdParameterOf(parts.settings));
    secrets.CLOUDFRONT_KEY_ID = ecs.Secret.fromSsmParameter(id);
  }
  return secrets;
}

function hardened(scope: Construct, id: string): ecs.LinuxParameters {
  // A first process that takes in the children of tools that died.
  const linux = new ecs.LinuxParameters(scope, `${id}Linux`, { initProcessEnabled: true });
  linux.dropCapabilities(ecs.Capability.ALL);
  return linux;
}

/** The process lives. Whether it can work hangs on engines too, which no restart mends: that is for alarms. */
function healthCheck(role: RoleName): ecs.HealthCheck {
  const url = role === 'web' ? `http://127.0.0.1:${WEB_PORT}/api/health` : `http://127.0.0.1:${HEALTH_PORT}/healthz`;
  const script = `fetch('${url}').then(({status}) => process.exit(status < 600 ? 0 : 1), () => process.exit(1))`;
  return {
    command: ['CMD', 'node', '-e', script],
    interval: Duration.seconds(15),
    timeout: Duration.seconds(5),
    retries: 4,
    startPeriod: Duration.seconds(60),
  };
}
