import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { SetupStep } from '../../../components/account/setup-step.tsx';
import { ActionForm } from '../../../components/form/action-form.tsx';
import { Field } from '../../../components/form/field.tsx';
import { container } from '../../../server/container.ts';
import { countAdmins } from '../../../server/people.ts';
import { firstAdminAction, setupTokenAction } from '../../../server/setup-actions.ts';
import { setupPass } from '../../../server/setup-pass.ts';
import { PASSWORD_HELP } from '../../../view/password-rules.ts';

export const metadata: Metadata = { title: 'Set up' };

export default async function SetupPage() {
  const { engines } = await container();
  if ((await countAdmins(engines.store)) > 0) redirect('/admin');
  if (!(await setupPass())) {
    return (
      <SetupStep
        step={1}
        title="Open the house."
        lead="Show that it is yours: the token was printed in the terminal at the first start, and stands in the file admin-secret in the data folder."
      >
        <ActionForm key="token" action={setupTokenAction} submit="Go on" busy="Checking">
          <Field label="Set-up token" name="token" type="password" autoComplete="off" />
        </ActionForm>
      </SetupStep>
    );
  }
  return (
    <SetupStep
      step={2}
      title="Who runs it?"
      lead="You, to begin with. You can invite others later, also to run it with you."
    >
      <ActionForm key="admin" action={firstAdminAction} submit="Make my account" busy="Making it">
        <Field label="What to call you" name="name" autoComplete="name" maxLength={80} />
        <Field label="E-mail" name="email" type="email" autoComplete="username" />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={10}
          help={PASSWORD_HELP}
        />
      </ActionForm>
    </SetupStep>
  );
}
