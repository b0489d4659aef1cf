'use client';

/** What stands in for a page that could not be made. The reason is in the server's log, under the digest. */
export default function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <main id="content" className="flex min-h-dvh flex-col justify-center px-4 py-16 sm:px-8 lg:px-12">
      <h1 className="display text-40">The projector stopped.</h1>
      <p className="mt-4 max-w-[60ch] text-16 text-quiet">
        The site could not reach its own data. It usually comes back by itself within a minute.
      </p>
      {error.digest && <p className="figures mt-2 text-14 text-quiet">In the server’s log: {error.digest}</p>}
      <p className="mt-8">
        <button type="button" className="control" onClick={reset}>
          Try again
        </button>
      </p>
    </main>
  );
}
