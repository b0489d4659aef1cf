import Link from 'next/link';
import { SiteHeader } from '../components/site-header.tsx';

export default function NotFound() {
  return (
    <div className="flex min-h-dvh flex-col">
      <SiteHeader />
      <main id="content" className="flex flex-1 flex-col justify-center px-4 py-16 sm:px-8 lg:px-12">
        <h1 className="display text-40">This seat is empty.</h1>
        <p className="mt-4 max-w-[60ch] text-16 text-quiet">
          Nothing is at this address. The film may have been taken off, or the link is not complete.
        </p>
        <p className="mt-8">
          <Link href="/" className="control">
            See what is showing
          </Link>
        </p>
      </main>
    </div>
  );
}
