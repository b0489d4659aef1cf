import { namesOf } from '@marquee/adapters/sqs-messages';
import type { MessageType } from '@marquee/core/messages';
import { Duration } from 'aws-cdk-lib';
import * as autoscaling from 'aws-cdk-lib/aws-applicationautoscaling';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { ROLES, type Scale, type WorkerRole } from './roles.ts';

const MINUTE = Duration.minutes(1);
/** Waiting, and in hand: a task at its last message has work, though none waits. */
const COUNTS = ['ApproximateNumberOfMessagesVisible', 'ApproximateNumberOfMessagesNotVisible'] as const;
const OUT_COOLDOWN_SEC = 60;
/** Tasks that come and go cost more than one that waits: a minute is paid at least, and each loads its image. */
const IN_COOLDOWN_SEC = 300;
/** Until a woken task is counted as running. */
const WAKE_COOLDOWN = Duration.minutes(3);

/** How many tasks run, as the cluster counts them. */
export function runningTasks(service: ecs.FargateService): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'ECS/ContainerInsights',
    metricName: 'RunningTaskCount',
    dimensionsMap: { ClusterName: service.cluster.clusterName, ServiceName: service.serviceName },
    statistic: 'Average',
    period: MINUTE,
  });
}

/** Counts of the messages of some types, over both lanes. */
export function messageCounts(
  prefix: string,
  types: readonly MessageType[],
  counts: readonly string[],
): Record<string, cloudwatch.Metric> {
  const lanes = types.flatMap((type) => {
    const { ordinary, first } = namesOf(prefix, type);
    return [ordinary, first];
  });
  const metrics = lanes.flatMap((QueueName) =>
    counts.map(
      (metricName) =>
        new cloudwatch.Metric({
          namespace: 'AWS/SQS',
          metricName,
          dimensionsMap: { QueueName },
          statistic: 'Maximum',
          period: MINUTE,
        }),
    ),
  );
  return Object.fromEntries(metrics.map((metric, i) => [`m${i}`, metric]));
}

/**
 * Keeps the backlog of each task near what it is to be, and wakes a service that has none.
 *
 * The wake is an alarm of its own: tracking a target waits for three minutes, while a film's first part lies in a
 * queue. CloudWatch takes ten metrics to an alarm, so only the heavy queues of a role are counted for
 * the target, and waiting messages alone for the wake.
 */
export class BacklogScaling extends Construct {
  constructor(
    scope: Construct,
    id: string,
    options: { role: WorkerRole; prefix: string; service: ecs.FargateService; scale: Scale },
  ) {
    super(scope, id);
    const { role, prefix, service, scale } = options;
    const target = new autoscaling.ScalableTarget(this, 'Target', {
      serviceNamespace: autoscaling.ServiceNamespace.ECS,
      resourceId: `service/${service.cluster.clusterName}/${service.serviceName}`,
      scalableDimension: 'ecs:service:DesiredCount',
      minCapacity: scale.min,
      maxCapacity: scale.max,
    });
    const running = runningTasks(service);

    const counted = messageCounts(prefix, scale.counted, COUNTS);
    new autoscaling.CfnScalingPolicy(this, 'Backlog', {
      policyName: `${prefix}-${role}-backlog-per-task`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.scalableTargetId,
      targetTrackingScalingPolicyConfiguration: {
        targetValue: scale.backlogPerTask,
        scaleOutCooldown: OUT_COOLDOWN_SEC,
        scaleInCooldown: IN_COOLDOWN_SEC,
        customizedMetricSpecification: {
          metrics: [
            ...Object.entries(counted).map(([name, metric]) => asQuery(name, metric)),
            asQuery('running', running),
            {
              id: 'backlog',
              label: 'messages, waiting or in hand, per task',
              // A count that is not told stands for none; without tasks the whole backlog counts.
              expression: `(${sumOf(counted)}) / IF(FILL(running, 0) > 0, FILL(running, 0), 1)`,
              returnData: true,
            },
          ],
        },
      },
    });

    const waiting = messageCounts(prefix, ROLES[role].takes, [COUNTS[0]]);
    const wake = new autoscaling.StepScalingAction(this, 'WakeUp', {
      scalingTarget: target,
      adjustmentType: autoscaling.AdjustmentType.CHANGE_IN_CAPACITY,
      cooldown: WAKE_COOLDOWN,
    });
    wake.addAdjustment({ adjustment: 1, lowerBound: 0 });
    new cloudwatch.Alarm(this, 'Wake', {
      alarmDescription: `Messages wait for ${role}, and no task runs: one is started. Nobody has to do anything.`,
      metric: new cloudwatch.MathExpression({
        label: 'messages that wait for a first task',
        expression: `IF(FILL(running, 0) < 1, ${sumOf(waiting)}, 0)`,
        usingMetrics: { ...waiting, running },
        period: MINUTE,
      }),
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    }).addAlarmAction(new actions.ApplicationScalingAction(wake));
  }
}

function sumOf(counts: Record<string, cloudwatch.Metric>): string {
  return Object.keys(counts)
    .map((name) => `FILL(${name}, 0)`)
    .join(' + ');
}

function asQuery(
  id: string,
  { dimensions = {}, metricName, namespace, statistic }: cloudwatch.Metric,
): autoscaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty {
  return {
    id,
    returnData: false,
    metricStat: {
      stat: statistic,
      metric: {
        namespace,
        metricName,
        dimensions: Object.entries(dimensions).map(([name, value]) => ({ name, value: value as string })),
      },
    },
  };
}
