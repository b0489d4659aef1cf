import Link from 'next/link';
import { Refresh } from '../refresh.tsx';
import { SiteHeader } from '../site-header.tsx';

/** How often a page that could not be told is asked for again while somebody looks at it, in milliseconds. */
const AGAIN_MS = 3000;

/** Stands in for a page of the catalogue while it does not answer. @param props.path where the page is */
export function CatalogueAway({ path }: { path: string }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <SiteHeader />
      <main id="content" className="edge flex flex-1 flex-col justify-center py-16">
        <h1 className="display text-40">The catalogue does not answer just now.</h1>
        <p className="mt-4 max-w-[60ch] text-16 text-quiet">
          This page comes from a catalogue of films elsewhere. It is asked again every few seconds, and the page shows
          as soon as it answers. The films of this house play meanwhile.
        </p>
        <p className="mt-8 flex flex-wrap gap-3">
          <a href={path} className="control control-solid">
            Try again
          </a>
          <Link href="/" className="control">
            See what is showing
          </Link>
        </p>
        <Refresh everyMs={AGAIN_MS} />
      </main>
    </div>
  );
}
