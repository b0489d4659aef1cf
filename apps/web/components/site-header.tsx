import { Upload } from 'lucide-react';
import Link from 'next/link';
import type { ReactNode } from 'react';
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
        className="display mr-auto inline-flex min-h-11 min-w-8 items-center gap-2.5 text-20 font-[550] tracking-tight"
      >
        <span className="bulb-dot" aria-hidden />
        {/* The ways on of the admin pages need the room on a phone. */}
        <span className={children ? 'max-sm:sr-only' : ''}>Marquee</span>
      </Link>
      {children}
      <SearchButton />
      <ThemeButton />
      <AccountMenu />
    </header>
  );
}

/** The ways on for admins. */
export function AdminNav({ at }: { at: 'films' | 'upload' | 'queues' | 'users' | null }) {
  return (
    <nav aria-label="Admin" className="flex min-w-0 items-center gap-1 overflow-x-auto p-1 max-[24rem]:gap-0">
      <NavLink href="/admin" current={at === 'films'}>
        Films
      </NavLink>
      <NavLink href="/admin/upload" current={at === 'upload'}>
        <Upload size={18} aria-hidden className="max-sm:hidden" /> Upload
      </NavLink>
      <NavLink href="/admin/queues" current={at === 'queues'}>
        Queues
      </NavLink>
      <NavLink href="/admin/users" current={at === 'users'}>
        Users
      </NavLink>
    </nav>
  );
}

function NavLink({ href, current, children }: { href: string; current: boolean; children: ReactNode }) {
  return (
    <Link
      href={href}
      aria-current={current ? 'page' : undefined}
      className={`control control-bare px-3 max-[24rem]:px-1 ${current ? 'underline decoration-bulb decoration-2 underline-offset-8' : 'text-quiet hover:text-ink'}`}
    >
      {children}
    </Link>
  );
}
