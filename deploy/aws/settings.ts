import type { Node } from 'constructs';
import { z } from 'zod';

/** `true` and `false` as `cdk -c name=value` hands them over. */
const flag = z.union([z.boolean(), z.stringbool()]).default(false);
const whole = z.coerce.number().int();
const secretName = z.string().regex(/^[\w/+=.@-]{1,512}$/);

/** What a house on AWS is told by context: `cdk.json`, or `-c name=value`. */
const SETTINGS = z
  .object({
    prefix: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,19}$/)
      .default('marquee')
      .describe('QUEUE_PREFIX, and the beginning of all names that have to be chosen'),
    publicUrl: z.url({ protocol: /^https$/ }).describe('PUBLIC_URL: the address under which people reach the site'),
    certificateArn: z
      .string()
      .regex(/^arn:aws[\w-]*:acm:/)
      .describe('certificate for that address, in the region of the stacks'),
    mongoSecret: secretName.default('marquee/mongodb-url').describe('name of the secret that holds MONGODB_URL'),
    documentDb: flag.describe('true makes a DocumentDB cluster, and mongoSecret is not looked at'),
    mongoCaFile: z
      .string()
      .startsWith('/')
      .optional()
      .describe("path, in your images, of Amazon's certificates: DocumentDB's are signed by no public authority"),
    tmdbSecret: secretName.optional().describe('name of the secret that holds TMDB_API_KEY; none: no catalogue'),
    llmBaseUrl: z.url().optional().describe('LLM_BASE_URL'),
    llmModel: z.string().min(1).optional().describe('LLM_MODEL'),
    llmSecret: secretName.optional().describe('name of the secret that holds LLM_API_KEY'),
    smtpSecret: secretName.optional().describe('name of the secret that holds SMTP_URL; needs mailFrom'),
    mailFrom: z.string().min(3).optional().describe('MAIL_FROM'),
    mediaKeyFiles: z
      .string()
      .min(1)
      .optional()
      .describe('files of public keys in PEM, with commas between them; with one films come by CloudFront'),
    mediaKeySecret: secretName
      .default('marquee/cloudfront-private-key')
      .describe('name of the secret that holds CLOUDFRONT_PRIVATE_KEY, to the first of them'),
    mediaDomain: z.hostname().optional().describe('a name of your own for the distribution'),
    mediaCertificateArn: z
      .string()
      .regex(/^arn:aws[\w-]*:acm:us-east-1:/)
      .optional()
      .describe('certificate for it, in us-east-1'),
    transcodeMin: whole.min(0).max(100).default(1).describe('tasks of transcode that always run; 0: a film waits'),
    transcodeMax: whole.min(1).max(500).default(20).describe('tasks of transcode at most'),
    spot: z
      .union([z.boolean(), z.stringbool()])
      .default(true)
      .describe('whether workers run on Fargate Spot, some 70 % cheaper and stopped now and then'),
    natGateways: whole.min(1).max(3).default(1).describe('NAT gateways; 2 outlive the loss of a zone'),
    alarmMail: z.email().optional().describe('who is told of alarms; more can subscribe to the topic'),
    monthlyBudgetUsd: z.coerce.number().positive().default(500).describe('costs of a month that are worth an alarm'),
    logDays: z
      .literal([7, 14, 30, 60, 90, 180, 365])
      .or(z.stringFormat('days', /^(7|14|30|60|90|180|365)$/).transform(Number))
      .default(30)
      .describe('how long logs are kept'),
  })
  .refine((each) => !each.documentDb || each.mongoCaFile !== undefined, {
    error: 'documentDb needs mongoCaFile, the path of the certificates in your images',
  })
  .refine((each) => (each.llmBaseUrl === undefined) === (each.llmModel === undefined), {
    error: 'llmBaseUrl and llmModel belong together',
  })
  .refine((each) => each.smtpSecret === undefined || each.mailFrom !== undefined, {
    error: 'smtpSecret needs mailFrom',
  })
  .refine((each) => (each.mediaDomain === undefined) === (each.mediaCertificateArn === undefined), {
    error: 'mediaDomain and mediaCertificateArn belong together',
  })
  .refine((each) => each.transcodeMin <= each.transcodeMax, { error: 'transcodeMin is more than transcodeMax' });

export type Settings = z.infer<typeof SETTINGS>;

/** Names of all settings, for the documentation's test. */
export const SETTING_NAMES = Object.keys(SETTINGS.shape) as (keyof Settings)[];

/**
 * Reads the settings of an app from its context.
 *
 * @throws Error naming the setting and what is wrong with it
 */
export function settingsOf(node: Node): Settings {
  const given = Object.fromEntries(
    SETTING_NAMES.map((name) => [name, node.tryGetContext(name) as unknown]).filter(([, value]) => value !== undefined),
  );
  const read = SETTINGS.safeParse(given);
  if (read.success) return read.data;
  const why = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the context'}: ${message}`);
  throw new Error(`Marquee on AWS cannot be described. ${why.join('; ')}. See docs/operations/aws.md.`);
}
