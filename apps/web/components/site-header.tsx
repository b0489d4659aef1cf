import { ChevronDown } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
import { houseName } from '../server/house.ts';
import { ADMIN_PAGES, type AdminPage } from '../view/admin-pages.ts';
import { AccountMenu } from './account/account-menu.tsx';
import { SearchButton } from './search-button.tsx';
import { ThemeButton } from './theme-button.tsx';

/** The name of the house and the few ways on. `over` lays it on a picture. */
export function SiteHeader({ over = false, children }: { over?: boolean; children?: ReactNode }) {
  return (
    <header
      className={`flex h-16 items-center gap-1 px-4 sm:px-8 lg:px-12 ${over ? 'absolute inset-x-0 top-0 z-10' : 'border-b border-line'}`}
    >
      <Link
        href="/"
        className="display mr-auto inline-flex min-h-11 min-w-8 max-w-[14rem] items-center gap-2.5 text-20 font-[550] tracking-tight"
      >
        <span className="bulb-dot" aria-hidden />
        {/* The ways on of the admin pages need the room on a phone. */}
        <span className={`truncate ${children ? 'max-sm:sr-only' : ''}`}>
          <HouseName />
        </span>
      </Link>
      {children}
      <SearchButton />
      <ThemeButton />
      <AccountMenu />
    </header>
  );
}

/** What the house is called. */
async function HouseName() {
  return <>{await houseName()}</>;
}

/**
 * The ways on for admins: side by side where there is room, else a menu under the name of the page. It opens and closes
 * without a script.
 *
 * @param isWithin the page is not the one that is offered, but belongs to it
 */
export function AdminNav({ at, isWithin = false }: { at: AdminPage | null; isWithin?: boolean }) {
  const current = isWithin ? 'true' : 'page';
  return (
    <>
      <nav aria-label="Admin" className="flex items-center p-1 max-xl:hidden">
        {ADMIN_PAGES.map(({ key, href, name }) => (
          <Link
            key={key}
            href={href}
            aria-current={key === at ? current : undefined}
            className={`control control-bare px-2.5 ${key === at ? 'underline decoration-bulb decoration-2 underline-offset-8' : 'text-quiet hover:text-ink'}`}
          >
            {name}
          </Link>
        ))}
      </nav>
      <button
        type="button"
        popoverTarget="admin-menu"
        className="control control-bare min-w-0 px-3 xl:hidden"
        aria-label={`Admin pages${at === null ? '' : `, at ${nameOf(at)}`}`}
      >
        <span className="truncate">{at === null ? 'Admin' : nameOf(at)}</span>
        <ChevronDown size={18} className="shrink-0" aria-hidden />
      </button>
      <nav
        id="admin-menu"
        popover="auto"
        aria-label="Admin"
        className="absolute inset-auto top-14 right-4 m-0 max-h-[calc(100dvh-4.5rem)] w-64 overflow-y-auto rounded-control border border-line bg-ground p-2 text-ink sm:right-8 lg:right-12"
      >
        {ADMIN_PAGES.map(({ key, href, name }) => (
          <Link
            key={key}
            href={href}
            aria-current={key === at ? current : undefined}
            className={`flex min-h-11 w-full items-center gap-3 rounded-control px-3 text-14 hover:bg-raised ${key === at ? 'font-medium' : ''}`}
          >
            {name}
            {key === at && <span className="bulb-dot" aria-hidden />}
          </Link>
        ))}
      </nav>
    </>
  );
}

function nameOf(page: AdminPage): string {
  return ADMIN_PAGES.find(({ key }) => key === page)?.name ?? page;
}
