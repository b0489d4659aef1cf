import { CfnOutput, CfnParameter, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as elb from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import type { Construct } from 'constructs';
import { accept } from './checks.ts';
import { WEB_PORT } from './environment.ts';
import { type RoleName, scaleOf, type WorkerRole } from './roles.ts';
import { BacklogScaling } from './scaling.ts';
import type { Settings } from './settings.ts';
import { defineTask, type TaskParts } from './task.ts';

/** What the services stand on. */
export interface Site {
  settings: Settings;
  vpc: ec2.IVpc;
  tasks: ec2.ISecurityGroup;
  cluster: ecs.ICluster;
}

const WORKERS: WorkerRole[] = ['transcode', 'thumbnail', 'subtitle', 'ai'];
const WEB_TASKS = { min: 2, max: 6, cpuPercent: 60 };
/** So that one may die. */
const ORCHESTRATORS = 2;

/** The tag of the images that a stack runs: asked for at each deployment, so that nothing changes by itself. */
export function imageTagOf(stack: Stack): string {
  return new CfnParameter(stack, 'ImageTag', {
    description: 'Tag of the images in ECR, such as v1.4.0',
    allowedPattern: '[\\w][\\w.-]{0,127}',
  }).valueAsString;
}

/** The site behind a balancer, the orchestrators, and workers in numbers that follow their queues. */
export class ServicesStack extends Stack {
  readonly services: Record<RoleName, ecs.FargateService>;
  readonly balancer: elb.ApplicationLoadBalancer;
  readonly siteTargets: elb.ApplicationTargetGroup;

  constructor(scope: Construct, id: string, props: StackProps & Site & Omit<TaskParts, 'imageTag' | 'settings'>) {
    super(scope, id, props);
    const { settings } = props;
    const parts: TaskParts = { ...props, imageTag: imageTagOf(this) };
    // What the balancer may do with it stands in this stack, or each stack would wait for the other.
    const tasks = ec2.SecurityGroup.fromSecurityGroupId(this, 'Tasks', props.tasks.securityGroupId, {
      mutable: false,
    });
    const make = (role: RoleName, numbers: Partial<ecs.FargateServiceProps>) =>
      new ecs.FargateService(this, `${role[0]?.toUpperCase()}${role.slice(1)}`, {
        cluster: props.cluster,
        serviceName: `${settings.prefix}-${role}`,
        taskDefinition: defineTask(this, role, parts),
        securityGroups: [tasks],
        vpcSubnets: { subnetGroupName: 'tasks' },
        circuitBreaker: { enable: true, rollback: true },
        minHealthyPercent: 100,
        maxHealthyPercent: 200,
        propagateTags: ecs.PropagatedTagSource.SERVICE,
        enableECSManagedTags: true,
        ...numbers,
      });

    const web = make('web', { healthCheckGracePeriod: Duration.minutes(2) });
    const scaling = web.autoScaleTaskCount({ minCapacity: WEB_TASKS.min, maxCapacity: WEB_TASKS.max });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: WEB_TASKS.cpuPercent });
    [this.balancer, this.siteTargets] = this.#balance(props, web);

    const orchestrator = make('orchestrator', { desiredCount: ORCHESTRATORS });
    const provider = settings.spot ? 'FARGATE_SPOT' : 'FARGATE';
    const workers = WORKERS.map((role) => {
      const service = make(role, { capacityProviderStrategies: [{ capacityProvider: provider, weight: 1 }] });
      const scale = scaleOf(role, settings);
      new BacklogScaling(this, `${role}-scaling`, { role, prefix: settings.prefix, service, scale });
      return [role, service] as const;
    });
    this.services = { web, orchestrator, ...(Object.fromEntries(workers) as Record<WorkerRole, ecs.FargateService>) };
  }

  #balance(
    { settings, vpc, tasks }: Site,
    web: ecs.FargateService,
  ): [elb.ApplicationLoadBalancer, elb.ApplicationTargetGroup] {
    const door = new ec2.SecurityGroup(this, 'Door', {
      vpc,
      description: 'Marquee: balancer of the site',
      allowAllOutbound: false,
    });
    const balancer = new elb.ApplicationLoadBalancer(this, 'Balancer', {
      vpc,
      internetFacing: true,
      vpcSubnets: { subnetType: ec2.SubnetType.PUBLIC },
      securityGroup: door,
      dropInvalidHeaderFields: true,
      deletionProtection: true,
    });
    new ec2.CfnSecurityGroupIngress(this, 'FromBalancer', {
      groupId: tasks.securityGroupId,
      sourceSecurityGroupId: door.securityGroupId,
      ipProtocol: 'tcp',
      fromPort: WEB_PORT,
      toPort: WEB_PORT,
      description: 'from the balancer',
    });
    door.addEgressRule(tasks, ec2.Port.tcp(WEB_PORT), 'to the site');
    const targets = new elb.ApplicationTargetGroup(this, 'Site', {
      vpc,
      port: WEB_PORT,
      protocol: elb.ApplicationProtocol.HTTP,
      targets: [web],
      deregistrationDelay: Duration.seconds(30),
      healthCheck: {
        path: '/api/health',
        healthyHttpCodes: '200',
        interval: Duration.seconds(15),
        timeout: Duration.seconds(5),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: 4,
      },
    });
    balancer.addListener('Https', {
      port: 443,
      protocol: elb.ApplicationProtocol.HTTPS,
      sslPolicy: elb.SslPolicy.RECOMMENDED_TLS,
      certificates: [acm.Certificate.fromCertificateArn(this, 'Certificate', settings.certificateArn)],
      defaultTargetGroups: [targets],
    });
    balancer.addRedirect();
    accept(balancer, 'ELB2', "Who watches what is nobody's business; what went wrong stands in the site's log.");
    accept(door, 'EC23', 'The site is for everybody.');
    new CfnOutput(this, 'BalancerName', { value: balancer.loadBalancerDnsName });
    return [balancer, targets];
  }
}
