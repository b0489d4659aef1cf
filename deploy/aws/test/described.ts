import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Template } from 'aws-cdk-lib/assertions';
import type { House } from '../house.ts';

/** Whether the CDK is here; CI has it, others once they ran `npm run aws:synth`. */
export const HAS_CDK = existsSync(fileURLToPath(new URL('../node_modules/aws-cdk-lib', import.meta.url)));

/** What an operator has to say at least. */
const CONTEXT = {
  publicUrl: 'https://films.example',
  certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/c',
};

/** What stands in a template: parsed JSON, whose shape is what is tested. */
export type Json = ReturnType<typeof JSON.parse>;

/** A resource as it stands in a template. */
export interface Resource {
  Type: string;
  Properties: Json;
  DeletionPolicy?: string;
}

/**
 * Describes a house and hands back its templates, by the last part of each stack's name. The CDK is loaded here, so
 * that tests can be skipped by name where it is not.
 *
 * @param options.change changes what was described
 * @param options.checked has cdk-nag look at it too, which takes seconds; what it finds is an error
 */
export async function describeHouse(
  context: Record<string, unknown> = {},
  options: { checked?: boolean; change?: (house: House) => void } = {},
) {
  const { App } = await import('aws-cdk-lib');
  const assertions = await import('aws-cdk-lib/assertions');
  const { buildHouse } = await import('../house.ts');
  const { checkAll } = await import('../checks.ts');
  const app = new App({ context: { ...CONTEXT, ...context } });
  const house = buildHouse(app);
  options.change?.(house);
  if (options.checked) checkAll(app);
  const templates = Object.fromEntries(
    Object.entries(house).map(([name, stack]) => [name, assertions.Template.fromStack(stack)]),
  ) as Record<keyof House, Template>;
  const all = Object.values(templates).flatMap(
    (template) => Object.entries(template.toJSON().Resources ?? {}) as [string, Resource][],
  );
  const ofType = (type: string): [string, Resource][] => all.filter(([, resource]) => resource.Type === type);
  return { app, templates, all, ofType };
}
