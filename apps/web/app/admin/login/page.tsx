import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { LoginForm } from '../../../components/login/login-form.tsx';
import { SiteHeader } from '../../../components/site-header.tsx';
import { isAdmin } from '../../../server/require-admin.ts';

export const metadata: Metadata = { title: 'Sign in' };

export default async function LoginPage({ searchParams }: { searchParams: Promise<{ next?: string }> }) {
  if (await isAdmin()) redirect('/admin');
  const { next } = await searchParams;
  return (
    <div className="flex min-h-dvh flex-col">
      <SiteHeader />
      <main id="content" className="flex flex-1 flex-col justify-center px-4 pb-24 sm:px-8 lg:px-12">
        <h1 className="display text-40">Staff only.</h1>
        <p className="mt-3 max-w-[60ch] text-16 text-quiet">
          Films are uploaded and looked after behind this door. Watching needs no key.
        </p>
        <LoginForm next={typeof next === 'string' ? next : ''} />
      </main>
    </div>
  );
}
