import type { Metadata } from 'next';
import Link from 'next/link';
import { Door } from '../../components/account/door.tsx';
import { ActionForm } from '../../components/form/action-form.tsx';
import { Field } from '../../components/form/field.tsx';
import { container } from '../../server/container.ts';
import { linkOf } from '../../server/links.ts';
import { askForResetAction, resetAction } from '../../server/sign-in-actions.ts';
import { PASSWORD_HELP } from '../../view/password-rules.ts';

export const metadata: Metadata = { title: 'A new password' };

export default async function ResetPage({ searchParams }: { searchParams: Promise<{ token?: string }> }) {
  const { token } = await searchParams;
  if (typeof token === 'string') {
    const use = await linkOf(token);
    if (use?.kind !== 'reset') {
      return (
        <Door title="This link is over." lead="It was used already, or is too old.">
          <p className="mt-8">
            <Link href="/reset" className="control">
              Ask for a new one
            </Link>
          </p>
        </Door>
      );
    }
    return (
      <Door title="A new password." lead="It signs you in here, and signs every other device out.">
        <div className="mt-3">
          <ActionForm action={resetAction} submit="Set it" busy="Setting it">
            <input type="hidden" name="token" value={token} />
            <Field
              label="New password"
              name="password"
              type="password"
              autoComplete="new-password"
              minLength={10}
              help={PASSWORD_HELP}
            />
          </ActionForm>
        </div>
      </Door>
    );
  }
  const { mail } = await container();
  if (mail === null) {
    return (
      <Door
        title="Password forgotten?"
        lead="This house sends no mail. An admin can make a link for you that sets a new one; it works for an hour."
      >
        <p className="mt-8">
          <Link href="/sign-in" className="control">
            Back to signing in
          </Link>
        </p>
      </Door>
    );
  }
  return (
    <Door title="Password forgotten?" lead="Say what your address is. A letter with a link comes at once.">
      <div className="mt-3">
        <ActionForm action={askForResetAction} submit="Send me the link" busy="Sending" clears>
          <Field label="E-mail" name="email" type="email" autoComplete="username" />
        </ActionForm>
      </div>
    </Door>
  );
}
