import type { Metadata } from 'next';
import Link from 'next/link';
import { redirect } from 'next/navigation';
import { Door } from '../../components/account/door.tsx';
import { ActionForm } from '../../components/form/action-form.tsx';
import { Field } from '../../components/form/field.tsx';
import { container } from '../../server/container.ts';
import { currentUser } from '../../server/current-user.ts';
import { isSignUpOpen } from '../../server/house.ts';
import { countAdmins } from '../../server/people.ts';
import { signInAction } from '../../server/sign-in-actions.ts';
import { ownPath } from '../../view/own-path.ts';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({ searchParams }: { searchParams: Promise<{ next?: string }> }) {
  const next = ownPath((await searchParams).next);
  if (await currentUser()) redirect(next ?? '/');
  const { engines } = await container();
  if ((await countAdmins(engines.store)) === 0) {
    return (
      <Door
        title="Nobody runs this house yet."
        lead="Set it up with the token that was printed when Marquee first started."
      >
        <p className="mt-8">
          <Link href="/admin/setup" className="control control-solid px-6">
            Set it up
          </Link>
        </p>
      </Door>
    );
  }
  return (
    <Door title="Come in." lead="Sign in to pick up where you stopped.">
      <div className="mt-3">
        <ActionForm action={signInAction} submit="Sign in" busy="Checking">
          <input type="hidden" name="next" value={next ?? ''} />
          <Field label="E-mail" name="email" type="email" autoComplete="username" />
          <Field label="Password" name="password" type="password" autoComplete="current-password" />
        </ActionForm>
      </div>
      <p className="mt-8 flex flex-wrap gap-x-6 text-14">
        <Link href="/reset" className="inline-flex min-h-11 items-center underline underline-offset-4">
          Password forgotten
        </Link>
        {(await isSignUpOpen()) ? (
          <Link href="/sign-up" className="inline-flex min-h-11 items-center underline underline-offset-4">
            Get an account
          </Link>
        ) : (
          <span className="inline-flex min-h-11 items-center text-quiet">Accounts are by invitation.</span>
        )}
      </p>
    </Door>
  );
}
