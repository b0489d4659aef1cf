import { CircleUserRound, LogIn } from 'lucide-react';
import Link from 'next/link';
import { currentUser } from '../../server/current-user.ts';
import { signOutAction } from '../../server/sign-in-actions.ts';

const ITEM = 'flex min-h-11 w-full items-center rounded-control px-3 text-14 hover:bg-raised';

/** The way in; for those who are in, their name and what is theirs. Opens and closes without a script. */
export async function AccountMenu() {
  const user = await currentUser();
  if (!user) {
    return (
      <Link href="/sign-in" className="control control-bare px-3" aria-label="Sign in" title="Sign in">
        <LogIn size={20} aria-hidden />
      </Link>
    );
  }
  return (
    <>
      <button
        type="button"
        popoverTarget="account-menu"
        className="control control-bare px-3"
        aria-label={`Account of ${user.name}`}
        title={user.name}
      >
        <CircleUserRound size={20} aria-hidden />
      </button>
      <nav
        id="account-menu"
        popover="auto"
        aria-label="Account"
        className="absolute inset-auto top-14 right-4 m-0 w-64 rounded-control border border-line bg-ground p-2 text-ink sm:right-8 lg:right-12"
      >
        <p className="border-b border-line px-3 pt-1 pb-2.5 text-14">
          <span className="block truncate font-medium">{user.name}</span>
          <span className="block truncate text-quiet">{user.email}</span>
        </p>
        <Link href="/library" className={`${ITEM} mt-1`}>
          Your list
        </Link>
        <Link href="/account" className={ITEM}>
          Your account
        </Link>
        {user.role === 'admin' && (
          <>
            <Link href="/admin" className={ITEM}>
              Run the house
            </Link>
            <Link href="/admin/films" className={ITEM}>
              Films of the house
            </Link>
            <Link href="/admin/users" className={ITEM}>
              Users
            </Link>
            <Link href="/admin/audit" className={ITEM}>
              Audit log
            </Link>
          </>
        )}
        <form action={signOutAction} className="mt-1 border-t border-line pt-1">
          <button type="submit" className={ITEM}>
            Sign out
          </button>
        </form>
      </nav>
    </>
  );
}
