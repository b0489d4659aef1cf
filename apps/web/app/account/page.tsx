import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { DeviceList } from '../../components/account/device-list.tsx';
import { ActionForm } from '../../components/form/action-form.tsx';
import { Field } from '../../components/form/field.tsx';
import { SiteHeader } from '../../components/site-header.tsx';
import { changePasswordAction, renameAction } from '../../server/account-actions.ts';
import { currentVisitor } from '../../server/current-user.ts';
import { devicesOf } from '../../server/devices.ts';
import { PASSWORD_HELP } from '../../view/password-rules.ts';

export const metadata: Metadata = { title: 'Your account' };

export default async function AccountPage() {
  const visitor = await currentVisitor();
  if (!visitor) redirect('/sign-in?next=/account');
  const devices = await devicesOf(visitor);
  const { user } = visitor;
  return (
    <>
      <SiteHeader />
      <main id="content" className="mx-auto w-full max-w-4xl px-4 py-10 pb-24 sm:px-8">
        <h1 className="display text-40">Your account</h1>
        <p className="mt-3 text-16 text-quiet">
          {user.email} {user.role === 'admin' && '· runs this house'}
        </p>
        <section aria-labelledby="name-title" className="mt-8 border-t border-line pt-6">
          <h2 id="name-title" className="display text-28">
            Name
          </h2>
          <ActionForm action={renameAction} submit="Change the name" busy="Changing">
            <Field label="What to call you" name="name" autoComplete="name" maxLength={80} defaultValue={user.name} />
          </ActionForm>
        </section>
        <section aria-labelledby="password-title" className="mt-10 border-t border-line pt-6">
          <h2 id="password-title" className="display text-28">
            Password
          </h2>
          <ActionForm action={changePasswordAction} submit="Change the password" busy="Changing" clears>
            <input type="hidden" name="username" autoComplete="username" defaultValue={user.email} />
            <Field label="Old password" name="current" type="password" autoComplete="current-password" />
            <Field
              label="New password"
              name="password"
              type="password"
              autoComplete="new-password"
              minLength={10}
              help={PASSWORD_HELP}
            />
          </ActionForm>
        </section>
        <section aria-labelledby="devices-title" className="mt-10 border-t border-line pt-6">
          <h2 id="devices-title" className="display text-28">
            Where you are signed in
          </h2>
          <DeviceList devices={devices} renderedAtMs={Date.now()} />
        </section>
      </main>
    </>
  );
}
