import { type App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { IConstruct } from 'constructs';

/** Has every synthesis checked by the rules of cdk-nag's pack "AWS Solutions"; what they find fails it. */
export function checkAll(app: App): void {
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}

/** Says why a rule of the pack is not followed here. */
export function accept(where: IConstruct, rule: string, reason: string): void {
  Validations.of(where).acknowledge({ id: `AwsSolutions-${rule}`, reason });
}
