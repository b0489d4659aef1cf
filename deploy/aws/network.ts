import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { accept } from './checks.ts';
import type { Settings } from './settings.ts';

/** Services of AWS that every task speaks to: by their own door, so that this traffic is not paid for at the NAT. */
const DOORS = {
  Sqs: ec2.InterfaceVpcEndpointAwsService.SQS,
  EcrApi: ec2.InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Secrets: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  Logs: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
};

/**
 * Where everything runs: two zones, a balancer in public, all else in private. Films go through the gateway of S3,
 * which costs nothing; through the NAT goes what is not AWS: Atlas, TMDB, a language model, webhooks, models.
 */
export class NetworkStack extends Stack {
  readonly vpc: ec2.Vpc;
  /** Everybody who works in the house. */
  readonly tasks: ec2.SecurityGroup;

  constructor(scope: Construct, id: string, props: StackProps & { settings: Settings }) {
    super(scope, id, props);
    const { settings } = props;
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: settings.natGateways,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'tasks', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: 'data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: { S3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
    });
    this.vpc.addFlowLog('Refused', {
      trafficType: ec2.FlowLogTrafficType.REJECT,
      destination: ec2.FlowLogDestination.toCloudWatchLogs(
        new logs.LogGroup(this, 'FlowLog', { retention: settings.logDays as logs.RetentionDays }),
      ),
    });

    this.tasks = new ec2.SecurityGroup(this, 'Tasks', {
      vpc: this.vpc,
      description: 'Marquee: the site and its workers',
    });
    const doors = new ec2.SecurityGroup(this, 'Doors', {
      vpc: this.vpc,
      description: 'Marquee: endpoints of AWS services',
      allowAllOutbound: false,
    });
    doors.addIngressRule(this.tasks, ec2.Port.tcp(443), 'from tasks');
    for (const [name, service] of Object.entries(DOORS)) {
      this.vpc.addInterfaceEndpoint(name, {
        service,
        securityGroups: [doors],
        subnets: { subnetGroupName: 'tasks' },
        open: false,
      });
    }
    accept(this, 'EC23', 'No group is open to the world but that of the balancer.');
    new CfnOutput(this, 'TaskSubnets', {
      value: this.vpc.selectSubnets({ subnetGroupName: 'tasks' }).subnetIds.join(),
    });
    new CfnOutput(this, 'TaskSecurityGroup', { value: this.tasks.securityGroupId });
  }
}
