import { namesOf } from '@marquee/adapters/sqs-messages';
import { MESSAGE_TYPES } from '@marquee/core/messages';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as budgets from 'aws-cdk-lib/aws-budgets';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { accept } from './checks.ts';
import { ROLES, type RoleName } from './roles.ts';
import { messageCounts, runningTasks } from './scaling.ts';
import type { Settings } from './settings.ts';

/** How old the oldest message of a role may become, in minutes, before somebody is told. */
const OLDEST_MINUTES: Record<Exclude<RoleName, 'web'>, number> = {
  orchestrator: 5,
  transcode: 30,
  thumbnail: 30,
  subtitle: 60,
  // Nobody waits for it.
  ai: 24 * 60,
};
/** Longer than it takes to start a task where there was none. */
const NOBODY_MINUTES = 15;
const SITE_ERRORS = 20;

/** What somebody is told of, each with what to do, on one topic. */
export class AlarmsStack extends Stack {
  readonly #topic: sns.Topic;

  constructor(
    scope: Construct,
    id: string,
    props: StackProps & {
      settings: Settings;
      services: Record<RoleName, ecs.FargateService>;
      balancer: elb.ApplicationLoadBalancer;
      siteTargets: elb.ApplicationTargetGroup;
    },
  ) {
    super(scope, id, props);
    const { settings } = props;
    this.#topic = new sns.Topic(this, 'Topic', { displayName: `Alarms of ${settings.prefix}`, enforceSSL: true });
    if (settings.alarmMail !== undefined) {
      this.#topic.addSubscription(new subscriptions.EmailSubscription(settings.alarmMail));
    }
    accept(
      this.#topic,
      'SNS2',
      'Alarms hold no secrets; with a key of its own CloudWatch and Budgets had to be let in.',
    );
    this.#watchQueues(settings);
    this.#watchTasks(settings, props.services);
    this.#watchSite(props.balancer, props.siteTargets);
    this.#watchCosts(settings);
  }

  #watchQueues({ prefix }: Settings): void {
    for (const type of MESSAGE_TYPES) {
      const { dead } = namesOf(prefix, type);
      this.#alarm(`Dead-${type}`, {
        alarmDescription: `Dead letters of ${type}. Look at /admin/queues, mend the cause, send them back.`,
        metric: ofQueue(dead, 'ApproximateNumberOfMessagesVisible'),
        threshold: 0,
        evaluationPeriods: 1,
      });
    }
    for (const [role, minutes] of Object.entries(OLDEST_MINUTES)) {
      const lanes = ROLES[role as RoleName].takes.flatMap((type) => {
        const { ordinary, first } = namesOf(prefix, type);
        return [ordinary, first];
      });
      const ages = Object.fromEntries(
        lanes.map((name, i) => [`a${i}`, ofQueue(name, 'ApproximateAgeOfOldestMessage')]),
      );
      const oldest = Object.keys(ages).map((name) => `FILL(${name}, 0)`);
      this.#alarm(`Oldest-${role}`, {
        alarmDescription: `Work for ${role} has waited for ${minutes} minutes. Are there tasks? What do logs say?`,
        metric: new cloudwatch.MathExpression({
          label: 'age of the oldest message, in seconds',
          expression: `MAX([${oldest.join(', ')}])`,
          usingMetrics: ages,
          period: Duration.minutes(5),
        }),
        threshold: minutes * 60,
        evaluationPeriods: 2,
      });
    }
  }

  #watchTasks({ prefix }: Settings, services: Record<RoleName, ecs.FargateService>): void {
    for (const [name, service] of Object.entries(services)) {
      const role = name as RoleName;
      const running = runningTasks(service);
      const always = role === 'web' || role === 'orchestrator';
      const waiting = messageCounts(prefix, ROLES[role].takes, ['ApproximateNumberOfMessagesVisible']);
      const sum = Object.keys(waiting).map((each) => `FILL(${each}, 0)`);
      this.#alarm(`Nobody-${role}`, {
        alarmDescription: `No task of ${role} runs${always ? '' : ', and work waits'}. See the events of its service.`,
        metric: new cloudwatch.MathExpression({
          label: always ? 'no task runs' : 'messages that nobody is there for',
          expression: always ? 'IF(FILL(running, 0) < 1, 1, 0)' : `IF(FILL(running, 0) < 1, ${sum.join(' + ')}, 0)`,
          usingMetrics: always ? { running } : { ...waiting, running },
          period: Duration.minutes(1),
        }),
        threshold: 0,
        evaluationPeriods: always ? 3 : NOBODY_MINUTES,
      });
    }
  }

  #watchSite(balancer: elb.ApplicationLoadBalancer, targets: elb.ApplicationTargetGroup): void {
    const period = Duration.minutes(5);
    this.#alarm('SiteErrors', {
      alarmDescription: `The site failed more than ${SITE_ERRORS} requests in 5 minutes. See its log.`,
      metric: targets.metrics.httpCodeTarget(elb.HttpCodeTarget.TARGET_5XX_COUNT, { period }),
      threshold: SITE_ERRORS,
      evaluationPeriods: 2,
    });
    this.#alarm('BalancerErrors', {
      alarmDescription: 'The balancer found no site to hand requests to.',
      metric: balancer.metrics.httpCodeElb(elb.HttpCodeElb.ELB_5XX_COUNT, { period }),
      threshold: SITE_ERRORS,
      evaluationPeriods: 2,
    });
  }

  /** Of the whole account: what else runs there counts too. */
  #watchCosts({ monthlyBudgetUsd, prefix }: Settings): void {
    this.#topic.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('budgets.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.#topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    const tell = (notificationType: string, threshold: number) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold, thresholdType: 'PERCENTAGE' },
      subscribers: [{ subscriptionType: 'SNS', address: this.#topic.topicArn }],
    });
    new budgets.CfnBudget(this, 'Budget', {
      budget: {
        budgetName: `${prefix}-month`,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: monthlyBudgetUsd, unit: 'USD' },
      },
      notificationsWithSubscribers: [tell('ACTUAL', 80), tell('FORECASTED', 100)],
    });
  }

  /** Above the threshold; what is not told is in order, as a queue that nobody uses tells nothing. */
  #alarm(id: string, props: Omit<cloudwatch.AlarmProps, 'comparisonOperator'>): void {
    new cloudwatch.Alarm(this, id, {
      comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      ...props,
    }).addAlarmAction(new actions.SnsAction(this.#topic));
  }
}

function ofQueue(QueueName: string, metricName: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: 'AWS/SQS',
    metricName,
    dimensionsMap: { QueueName },
    statistic: 'Maximum',
    period: Duration.minutes(5),
  });
}
