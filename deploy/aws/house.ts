import { type App, CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { AlarmsStack } from './alarms.ts';
import { DataStack } from './data.ts';
import { NetworkStack } from './network.ts';
import { imageTagOf, ServicesStack } from './services.ts';
import { settingsOf } from './settings.ts';
import { defineTask, type TaskParts } from './task.ts';

/** Where tasks run, and the one that is run by hand before services of a new version start: `marquee setup`. */
class ClusterStack extends Stack {
  readonly cluster: ecs.Cluster;

  constructor(scope: Construct, id: string, props: StackProps & { vpc: ec2.IVpc } & Omit<TaskParts, 'imageTag'>) {
    super(scope, id, props);
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: props.vpc,
      clusterName: props.settings.prefix,
      // It counts running tasks, which scaling and alarms look at.
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
      enableFargateCapacityProviders: true,
    });
    const setup = defineTask(this, 'setup', { ...props, imageTag: imageTagOf(this) });
    new CfnOutput(this, 'ClusterName', { value: this.cluster.clusterName });
    new CfnOutput(this, 'SetupFamily', { value: setup.family });
  }
}

/** A whole house: five stacks, in the order in which they are deployed. */
export interface House {
  network: NetworkStack;
  data: DataStack;
  cluster: ClusterStack;
  services: ServicesStack;
  alarms: AlarmsStack;
}

/**
 * Describes a house on AWS, for any region and account: nothing is looked up, and no image is built.
 *
 * @throws Error naming a setting that is not valid
 */
export function buildHouse(app: App): House {
  const settings = settingsOf(app.node);
  const name = (part: string) => `${settings.prefix}-${part}`;
  const network = new NetworkStack(app, name('network'), { settings });
  const { vpc, tasks } = network;
  const data = new DataStack(app, name('data'), { settings, vpc, tasks, terminationProtection: true });
  const { images, secrets, mediaBaseUrl } = data;
  const cluster = new ClusterStack(app, name('cluster'), { settings, vpc, images, secrets, mediaBaseUrl });
  const services = new ServicesStack(app, name('services'), {
    settings,
    vpc,
    tasks,
    cluster: cluster.cluster,
    images,
    secrets,
    mediaBaseUrl,
  });
  const { balancer, siteTargets } = services;
  const alarms = new AlarmsStack(app, name('alarms'), { settings, services: services.services, balancer, siteTargets });
  Tags.of(app).add('marquee', settings.prefix);

  return { network, data, cluster, services, alarms };
}
