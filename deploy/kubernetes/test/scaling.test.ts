import { LANES, type Lane, rabbitNames } from '@marquee/adapters/rabbitmq-names';
import { namesOf } from '@marquee/adapters/sqs-messages';
import { MESSAGE_TYPES, type MessageType } from '@marquee/core/messages';
import { METRICS } from '@marquee/core/metrics';
import { queuesOf, ROLES, type Role } from '@marquee/workers/main';
import { expect, it } from 'vitest';
import {
  containerOf,
  describeRendered,
  type Manifest,
  named,
  OVERLAYS,
  ofKind,
  plainVariables,
  render,
  renderWith,
} from './manifests.ts';

/** Parameters of the scalers in use, as KEDA documents them: it ignores others, and says so to nobody. */
const PARAMETERS: Record<string, string[]> = {
  rabbitmq: ['protocol', 'mode', 'queueName', 'useRegex', 'operation', 'excludeUnacknowledged', 'value'],
  prometheus: ['serverAddress', 'query', 'threshold', 'activationThreshold'],
  'aws-sqs-queue': ['queueURL', 'queueLength', 'awsRegion', 'scaleOnInFlight', 'scaleOnDelayed'],
};

/** Overlays in which KEDA has the numbers. */
const SCALED = ['rabbitmq', 'sqs'] as const;

interface Trigger {
  type: string;
  metricType?: string;
  metadata: Record<string, string>;
}

/** Most that a pod of a Deployment does at once of one queue's work. */
function slotsOf(manifests: Manifest[], role: Role, type: MessageType): number {
  const slots = queuesOf(role).find((each) => each.type === type)?.slots;
  const { TRANSCODE_CONCURRENCY } = plainVariables(manifests, named(manifests, 'Deployment', role));
  return slots ?? Number(TRANSCODE_CONCURRENCY);
}

function rolesOf(deployment: Manifest): string[] {
  const [command, ...roles] = containerOf(deployment).args ?? [];
  return command === 'worker' ? roles : [];
}

describeRendered('scaling', () => {
  it('every role is somewhere at work, in every overlay', async () => {
    for (const overlay of OVERLAYS) {
      const deployments = ofKind(await render(overlay), 'Deployment');
      expect(deployments.flatMap(rolesOf).sort(), overlay).toEqual([...ROLES].sort());
    }
  });

  it('every queue is some role’s', () => {
    expect(ROLES.flatMap((role) => queuesOf(role).map(({ type }) => type)).sort()).toEqual([...MESSAGE_TYPES].sort());
  });

  it('RabbitMQ: every lane of every queue of a role is counted by exactly one of its triggers', async () => {
    const manifests = await render('rabbitmq');
    const { QUEUE_PREFIX } = plainVariables(manifests, named(manifests, 'Deployment', 'web'));
    const names = rabbitNames(QUEUE_PREFIX as string);
    const everyQueue = MESSAGE_TYPES.flatMap((type) => names.declarations(type).map(({ queue }) => queue));
    for (const role of ROLES) {
      const triggers: Trigger[] = named(manifests, 'ScaledObject', role).spec.triggers;
      const counted = triggers.flatMap(({ metadata }) => {
        const pattern = new RegExp(metadata.queueName as string);
        return everyQueue.filter((queue) => pattern.test(queue));
      });
      const lanes = queuesOf(role).flatMap(({ type }) => LANES.map((lane: Lane) => names.lane(type, lane)));
      expect(counted.sort(), role).toEqual(lanes.sort());
    }
  });

  it('SQS: every queue of a role has a trigger, in the region and account that are configured', async () => {
    const manifests = await render('sqs');
    const { QUEUE_PREFIX, SQS_ENDPOINT, AWS_REGION } = plainVariables(
      manifests,
      named(manifests, 'Deployment', 'orchestrator'),
    );
    expect(SQS_ENDPOINT).toBe(`https://sqs.${AWS_REGION}.amazonaws.com`);
    const account = /^arn:aws:iam::(\d+):/.exec(
      named(manifests, 'ServiceAccount', 'worker').metadata.annotations?.['eks.amazonaws.com/role-arn'] ?? '',
    )?.[1];
    for (const role of ROLES) {
      const triggers: Trigger[] = named(manifests, 'ScaledObject', role).spec.triggers;
      const queues = queuesOf(role).flatMap(({ type }) => {
        const { ordinary, first } = namesOf(QUEUE_PREFIX as string, type);
        return [ordinary, first];
      });
      expect(triggers.map(({ metadata }) => metadata.queueURL).sort(), role).toEqual(
        queues.map((queue) => `${SQS_ENDPOINT}/${account}/${queue}`).sort(),
      );
      expect(new Set(triggers.map(({ metadata }) => metadata.awsRegion)), role).toEqual(new Set([AWS_REGION]));
    }
  });

  it.each(SCALED)('%s: workers go down to none, and orchestrators never below two', async (overlay) => {
    const manifests = await render(overlay);
    for (const role of ROLES) {
      const { spec } = named(manifests, 'ScaledObject', role);
      expect(spec.minReplicaCount, role).toBe(role === 'orchestrator' ? 2 : 0);
      expect(spec.maxReplicaCount, role).toBeGreaterThan(spec.minReplicaCount);
      expect(spec.scaleTargetRef, role).toEqual({ kind: 'Deployment', name: role });
      // A number in the Deployment would be set again with each `kubectl apply`.
      expect(named(manifests, 'Deployment', role).spec.replicas, role).toBeUndefined();
    }
  });

  it.each(SCALED)('%s: a pod is asked for when those that are have their slots full', async (overlay) => {
    const manifests = await render(overlay);
    const { QUEUE_PREFIX } = plainVariables(manifests, named(manifests, 'Deployment', 'web'));
    for (const role of ROLES.filter((each) => each !== 'orchestrator')) {
      for (const { metadata } of named(manifests, 'ScaledObject', role).spec.triggers as Trigger[]) {
        const counted = queuesOf(role).filter(({ type }) =>
          overlay === 'rabbitmq'
            ? new RegExp(metadata.queueName as string).test(`${QUEUE_PREFIX}.${type}`)
            : metadata.queueURL?.replace(/-first$/, '').endsWith(`/${namesOf(QUEUE_PREFIX as string, type).ordinary}`),
        );
        // Heavy tasks share the slots of a pod; each of the other queues has slots of its own.
        const isShared = counted.every(({ slots }) => slots === null);
        expect(isShared || counted.length === 1, `${role} counts ${counted.map(({ type }) => type)} as one`).toBe(true);
        const slots = slotsOf(manifests, role, counted[0]?.type as MessageType);
        expect(Number(metadata.value ?? metadata.queueLength), `${role}: ${counted[0]?.type}`).toBe(slots);
      }
    }
  });

  it.each(SCALED)('%s: what is in hand counts, so that nobody is sent away from it', async (overlay) => {
    for (const { spec } of ofKind(await render(overlay), 'ScaledObject')) {
      for (const { type, metadata } of spec.triggers as Trigger[]) {
        expect(Object.keys(metadata).filter((name) => !PARAMETERS[type]?.includes(name))).toEqual([]);
        // AMQP counts what is ready alone.
        if (type === 'rabbitmq') expect(metadata).toMatchObject({ protocol: 'http', excludeUnacknowledged: 'false' });
        else expect(metadata.scaleOnInFlight).toBe('true');
      }
    }
  });

  it.each(SCALED)(
    '%s: with Prometheus, how long the oldest task of a role has waited counts as well',
    async (overlay) => {
      const manifests = await renderWith(overlay, ['age']);
      const metric = 'marquee_queue_oldest_task_wait_seconds';
      const known: readonly string[] = METRICS[metric].labels.queue;
      for (const role of ['transcode', 'thumbnail', 'subtitle'] as const) {
        const triggers: Trigger[] = named(manifests, 'ScaledObject', role).spec.triggers;
        const [age, ...more] = triggers.filter(({ type }) => type === 'prometheus');
        expect(more).toEqual([]);
        expect(Object.keys(age?.metadata ?? {})).toEqual(expect.arrayContaining(PARAMETERS.prometheus ?? []));
        // A share of what is there already, not a number of pods.
        expect(age?.metricType).toBe('Value');
        const [, name, labels] = /^max\((\w+)\{queue=~?"(.+)"\}\)$/.exec(age?.metadata.query ?? '') ?? [];
        expect(name).toBe(metric);
        const asked = known.filter((queue) => new RegExp(`^(?:${labels})$`).test(queue));
        expect(asked.sort(), role).toEqual(
          queuesOf(role)
            .map(({ type }) => type as string)
            .sort(),
        );
        expect(triggers.length, role).toBeGreaterThan(1);
      }
    },
  );

  it('two orchestrators stand in every overlay, and one of them whatever is emptied', async () => {
    for (const overlay of OVERLAYS) {
      const manifests = await render(overlay);
      const least =
        named(manifests, 'Deployment', 'orchestrator').spec.replicas ??
        named(manifests, 'ScaledObject', 'orchestrator').spec.minReplicaCount;
      expect(least, overlay).toBeGreaterThanOrEqual(2);
      expect(named(manifests, 'PodDisruptionBudget', 'orchestrator').spec.minAvailable, overlay).toBe(1);
    }
  });

  it('no budget keeps a machine from ever being emptied', async () => {
    for (const overlay of OVERLAYS) {
      const manifests = await render(overlay);
      for (const { metadata, spec } of ofKind(manifests, 'PodDisruptionBudget')) {
        const scaled = manifests.find(
          ({ kind, metadata: { name } }) => kind === 'ScaledObject' && name === metadata.name,
        );
        const hpa = manifests.find(
          ({ kind, metadata: { name } }) => kind === 'HorizontalPodAutoscaler' && name === metadata.name,
        );
        const deployment = named(manifests, 'Deployment', metadata.name);
        const least = scaled?.spec.minReplicaCount ?? hpa?.spec.minReplicas ?? deployment.spec.replicas;
        if (spec.minAvailable !== undefined)
          expect(spec.minAvailable, `${overlay} ${metadata.name}`).toBeLessThan(least);
        else expect(spec.maxUnavailable).toBe('50%');
        expect(deployment.spec.selector.matchLabels).toMatchObject(spec.selector.matchLabels);
      }
    }
  });
});
