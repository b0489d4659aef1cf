import { SecretValue } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as elasticache from 'aws-cdk-lib/aws-elasticache';
import * as secrets from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { accept } from './checks.ts';

const PORT = 6379;
/** As ElastiCache has it: 16 to 128. */
const TOKEN_CHARS = 64;

/** Valkey, spoken to by TLS and with a token; one node, for a cache that is away costs time and nothing else. */
export class Cache extends Construct {
  /** Holds `REDIS_URL`, which names the token. */
  readonly url: secrets.Secret;

  constructor(scope: Construct, id: string, options: { vpc: ec2.IVpc; tasks: ec2.ISecurityGroup }) {
    super(scope, id);
    const { vpc, tasks } = options;
    const group = new ec2.SecurityGroup(this, 'Door', { vpc, description: 'Marquee: cache', allowAllOutbound: false });
    group.addIngressRule(tasks, ec2.Port.tcp(PORT), 'from tasks');
    const token = new secrets.Secret(this, 'Token', {
      description: 'Token of the cache',
      generateSecretString: { passwordLength: TOKEN_CHARS, excludePunctuation: true },
    });
    const subnets = new elasticache.CfnSubnetGroup(this, 'Subnets', {
      description: 'Marquee: cache',
      subnetIds: vpc.selectSubnets({ subnetGroupName: 'data' }).subnetIds,
    });
    const rules = new elasticache.CfnParameterGroup(this, 'Rules', {
      cacheParameterGroupFamily: 'valkey8',
      description: 'Marquee: what is old goes when there is no more room',
      properties: { 'maxmemory-policy': 'allkeys-lru' },
    });
    const nodes = new elasticache.CfnReplicationGroup(this, 'Nodes', {
      replicationGroupDescription: 'Marquee: cache of the site',
      engine: 'valkey',
      engineVersion: '8.0',
      cacheNodeType: 'cache.t4g.micro',
      numNodeGroups: 1,
      replicasPerNodeGroup: 0,
      automaticFailoverEnabled: false,
      multiAzEnabled: false,
      port: PORT,
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      authToken: reference(token),
      cacheSubnetGroupName: subnets.ref,
      cacheParameterGroupName: rules.ref,
      securityGroupIds: [group.securityGroupId],
    });
    this.url = new secrets.Secret(this, 'Url', {
      description: 'REDIS_URL',
      secretStringValue: SecretValue.unsafePlainText(
        `rediss://:${reference(token)}@${nodes.attrPrimaryEndPointAddress}:${PORT}`,
      ),
    });
    accept(nodes, 'AEC5', 'A port of its own would hide nothing: the group lets nobody in but tasks.');
    accept(nodes, 'AEC4', 'One node: while it is away every process computes for itself.');
    for (const secret of [token, this.url]) {
      accept(secret, 'SMG4', 'A cache holds no secrets of people; the token is changed by a deployment.');
    }
  }
}

/** What CloudFormation looks up when it makes the resource: the text itself stands in no template. */
function reference(secret: secrets.ISecret): string {
  return SecretValue.secretsManager(secret.secretArn).unsafeUnwrap();
}
