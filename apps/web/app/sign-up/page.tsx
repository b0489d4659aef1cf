import type { Metadata } from 'next';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { Door } from '../../components/account/door.tsx';
import { ActionForm } from '../../components/form/action-form.tsx';
import { Field } from '../../components/form/field.tsx';
import { currentUser } from '../../server/current-user.ts';
import { isSignUpOpen } from '../../server/house.ts';
import { linkOf } from '../../server/links.ts';
import { acceptInviteAction, askForAccountAction } from '../../server/sign-in-actions.ts';
import { PASSWORD_HELP } from '../../view/password-rules.ts';

export const metadata: Metadata = { title: 'Your account' };

export default async function SignUpPage({ searchParams }: { searchParams: Promise<{ token?: string }> }) {
  const { token } = await searchParams;
  if (await currentUser()) redirect('/account');
  if (typeof token === 'string') return <Invited token={token} />;
  if (!(await isSignUpOpen())) {
    return (
      <Door title="By invitation." lead="Whoever runs this house can send you a link that makes your account.">
        <p className="mt-8">
          <Link href="/sign-in" className="control">
            Sign in
          </Link>
        </p>
      </Door>
    );
  }
  return (
    <Door title="Get an account." lead="Say where to write to. A letter with the way in comes at once.">
      <div className="mt-3">
        <ActionForm action={askForAccountAction} submit="Send me the letter" busy="Sending" clears>
          <Field label="E-mail" name="email" type="email" autoComplete="email" />
        </ActionForm>
      </div>
    </Door>
  );
}

async function Invited({ token }: { token: string }) {
  const use = await linkOf(token);
  if (use?.kind !== 'invite') {
    return (
      <Door title="This link is over." lead="It was used already, or is too old. Ask for a new one.">
        <p className="mt-8">
          <Link href="/sign-in" className="control">
            Sign in
          </Link>
        </p>
      </Door>
    );
  }
  return (
    <Door title="Take your seat." lead={`This makes the account of ${use.email}.`}>
      <div className="mt-3">
        <ActionForm action={acceptInviteAction} submit="Make my account" busy="Making it">
          <input type="hidden" name="token" value={token} />
          {/* For password managers, which want to know whose password it is. */}
          <input type="hidden" name="username" autoComplete="username" defaultValue={use.email} />
          <Field label="What to call you" name="name" autoComplete="name" maxLength={80} />
          <Field
            label="Password"
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
