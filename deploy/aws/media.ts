import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Annotations } from 'aws-cdk-lib';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as origins from 'aws-cdk-lib/aws-cloudfront-origins';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { accept } from './checks.ts';
import type { Settings } from './settings.ts';

/** Where the id of the key is kept that the site signs with: it changes with the key, and no stack waits for that. */
export function keyIdParameterOf({ prefix }: Settings): string {
  return `/${prefix}/cloudfront-key-id`;
}

/**
 * Films from places near to who watches them. Nothing is answered but what the site signed (`CLOUDFRONT_KEY_ID`), and
 * the distribution itself may read `media/` alone.
 */
export class Media extends Construct {
  /** `MEDIA_BASE_URL`. */
  readonly baseUrl: string;

  constructor(scope: Construct, id: string, options: { settings: Settings; bucket: s3.Bucket; keyFiles: string[] }) {
    super(scope, id);
    const { settings, bucket } = options;
    const { mediaDomain, mediaCertificateArn } = settings;
    // The first signs. Others are those that signed before, until what they signed has ended.
    const keys = options.keyFiles.map((file) => this.#makeKey(file));
    const group = new cloudfront.KeyGroup(this, 'Keys', { items: keys });
    const cors = new cloudfront.ResponseHeadersPolicy(this, 'Cors', {
      comment: 'Players on pages of the site may read films',
      corsBehavior: {
        accessControlAllowOrigins: [new URL(settings.publicUrl).origin],
        accessControlAllowMethods: ['GET', 'HEAD'],
        accessControlAllowHeaders: ['*'],
        accessControlExposeHeaders: ['Content-Length', 'Content-Range', 'Accept-Ranges', 'ETag'],
        accessControlAllowCredentials: false,
        originOverride: true,
      },
      securityHeadersBehavior: { contentTypeOptions: { override: true } },
    });
    // By name: the CDK would let it read the whole bucket, uploads too.
    const origin = origins.S3BucketOrigin.withOriginAccessControl(
      s3.Bucket.fromBucketAttributes(this, 'Origin', {
        bucketName: bucket.bucketName,
        bucketRegionalDomainName: bucket.bucketRegionalDomainName,
      }),
    );
    const distribution = new cloudfront.Distribution(this, 'Distribution', {
      comment: `Films of ${settings.publicUrl}`,
      defaultBehavior: {
        origin,
        trustedKeyGroups: [group],
        viewerProtocolPolicy: cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowedMethods: cloudfront.AllowedMethods.ALLOW_GET_HEAD_OPTIONS,
        // CloudFront takes what it verified itself out of the query: all viewers share what is kept.
        cachePolicy: cloudfront.CachePolicy.CACHING_OPTIMIZED,
        responseHeadersPolicy: cors,
        // Films are as small as they get.
        compress: false,
      },
      httpVersion: cloudfront.HttpVersion.HTTP2_AND_3,
      priceClass: cloudfront.PriceClass.PRICE_CLASS_100,
      minimumProtocolVersion: cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
      ...(mediaDomain !== undefined &&
        mediaCertificateArn !== undefined && {
          domainNames: [mediaDomain],
          certificate: acm.Certificate.fromCertificateArn(this, 'Certificate', mediaCertificateArn),
        }),
    });
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Distribution',
        principals: [new iam.ServicePrincipal('cloudfront.amazonaws.com')],
        actions: ['s3:GetObject'],
        resources: [bucket.arnForObjects('media/*')],
        conditions: { StringEquals: { 'AWS:SourceArn': distribution.distributionArn } },
      }),
    );
    Annotations.of(this).acknowledgeWarning(
      '@aws-cdk/aws-cloudfront-origins:updateImportedBucketPolicyOac',
      'The statement above is that policy.',
    );
    new ssm.StringParameter(this, 'KeyId', {
      parameterName: keyIdParameterOf(settings),
      description: 'CLOUDFRONT_KEY_ID',
      stringValue: keys[0]?.publicKeyId ?? '',
    });
    this.baseUrl = `https://${mediaDomain ?? distribution.distributionDomainName}`;
    accept(distribution, 'CFR1', 'Which countries may watch is a matter of the house.');
    accept(distribution, 'CFR2', 'What is not signed is refused before anything is looked at.');
    accept(distribution, 'CFR3', "Who watches what is nobody's business.");
    if (mediaDomain === undefined)
      accept(distribution, 'CFR4', "Without a name of its own it has Amazon's certificate.");
  }

  /** Named by what it is: another key is another resource, since CloudFront changes none. */
  #makeKey(file: string): cloudfront.PublicKey {
    const encodedKey = readFileSync(file, 'utf8');
    if (!encodedKey.includes('BEGIN PUBLIC KEY')) throw new Error(`${file} holds no public key in PEM.`);
    const digest = createHash('sha256').update(encodedKey).digest('hex').slice(0, 8);
    return new cloudfront.PublicKey(this, `Key-${digest}`, { encodedKey, comment: 'The site signs films with it' });
  }
}
