import { Duration, RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import * as docdb from 'aws-cdk-lib/aws-docdb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { accept } from './checks.ts';

const BACKUP_DAYS = 14;
const PASSWORD_CHARS = 40;

/** A store in the account itself, for who wants none by address. Its data outlive the stack. */
export class DocumentDb extends Construct {
  /** Holds `MONGODB_URL`. */
  readonly url: secrets.Secret;

  /** @param options.caFile path of Amazon's certificates in the images, by which the cluster is known */
  constructor(scope: Construct, id: string, options: { vpc: ec2.IVpc; tasks: ec2.ISecurityGroup; caFile: string }) {
    super(scope, id);
    const { vpc, tasks, caFile } = options;
    const group = new ec2.SecurityGroup(this, 'Door', { vpc, description: 'Marquee: store', allowAllOutbound: false });
    const user = new secrets.Secret(this, 'User', {
      description: 'Who the store belongs to',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: 'marquee' }),
        generateStringKey: 'password',
        passwordLength: PASSWORD_CHARS,
        excludePunctuation: true,
      },
    });
    const password = SecretValue.secretsManager(user.secretArn, { jsonField: 'password' });
    const cluster = new docdb.DatabaseCluster(this, 'Cluster', {
      masterUser: { username: 'marquee', password },
      engineVersion: '5.0.0',
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM),
      instances: 2,
      vpc,
      vpcSubnets: { subnetGroupName: 'data' },
      securityGroup: group,
      storageEncrypted: true,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
      backup: { retention: Duration.days(BACKUP_DAYS) },
      parameterGroup: new docdb.ClusterParameterGroup(this, 'Rules', {
        family: 'docdb5.0',
        parameters: { audit_logs: 'enabled', tls: 'enabled' },
      }),
      exportAuditLogsToCloudWatch: true,
    });
    group.addIngressRule(tasks, ec2.Port.tcp(cluster.clusterEndpoint.port), 'from tasks');
    const host = `${cluster.clusterEndpoint.hostname}:${cluster.clusterEndpoint.portAsString()}`;
    const query = new URLSearchParams({ tls: 'true', tlsCAFile: caFile, replicaSet: 'rs0', retryWrites: 'false' });
    this.url = new secrets.Secret(this, 'Url', {
      description: 'MONGODB_URL',
      secretStringValue: SecretValue.unsafePlainText(
        `mongodb://marquee:${password.unsafeUnwrap()}@${host}/marquee?${query.toString()}`,
      ),
    });
    for (const secret of [user, this.url]) {
      accept(secret, 'SMG4', 'The address holds the password: both are changed by a deployment.');
    }
    accept(cluster, 'DOC2', 'A port of its own would hide nothing: the group lets nobody in but tasks.');
    for (const event of ['authenticate', 'createIndex', 'dropCollection']) {
      accept(cluster, `DOC5[LogExport::${event}]`, 'The whole audit log is exported, which holds it.');
    }
    accept(cluster, 'DOC3', 'The password is looked up by CloudFormation and stands in no template.');
  }
}
