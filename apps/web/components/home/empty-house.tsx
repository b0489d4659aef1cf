import Link from 'next/link';
import { Refresh } from '../refresh.tsx';
import { SiteHeader } from '../site-header.tsx';

/** How often the page looks again, in milliseconds. */
const REFRESH_MS = 5000;

/**
 * The first start, or a house whose films are all still on their way.
 *
 * @param props.looksAgain true where something may come without anybody's doing
 */
export function EmptyHouse({ nothingYet, looksAgain }: { nothingYet: boolean; looksAgain: boolean }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <SiteHeader />
      <main id="content" className="flex flex-1 flex-col justify-center px-4 py-16 sm:px-8 lg:px-12">
        <div className="max-w-2xl">
          <Bulbs />
          <h1 className="display mt-8 text-40 sm:text-64">
            {nothingYet ? 'The screen is dark. Put a film on it.' : 'The first film is on its way.'}
          </h1>
          <p className="mt-5 max-w-[60ch] text-16 text-quiet sm:text-20">
            {nothingYet
              ? 'Upload a film and it can be watched within seconds, while the rest of it is still being made.'
              : 'It shows up here as soon as its opening can be watched, usually within seconds.'}
          </p>
          <div className="mt-9 flex flex-wrap gap-3">
            <Link
              href={nothingYet ? '/admin/upload' : '/admin/jobs'}
              className="control control-solid min-h-12 px-6 text-16"
            >
              {nothingYet ? 'Upload the first film' : 'See how far it is'}
            </Link>
          </div>
          {looksAgain && <Refresh everyMs={REFRESH_MS} />}
          {nothingYet && (
            <p className="mt-6 text-14 text-quiet">
              You need the set-up token. It was printed in the terminal when Marquee started for the first time.
            </p>
          )}
        </div>
      </main>
    </div>
  );
}

/** A row of bulbs, most of them out. */
function Bulbs() {
  return (
    <svg width="176" height="16" viewBox="0 0 176 16" aria-hidden>
      {Array.from({ length: 11 }, (_, i) => (
        <circle
          // biome-ignore lint/suspicious/noArrayIndexKey: bulbs have no other name.
          key={i}
          cx={8 + i * 16}
          cy="8"
          r="3.5"
          fill={i === 7 ? 'var(--bulb)' : 'none'}
          stroke={i === 7 ? 'var(--bulb)' : 'var(--line-strong)'}
        />
      ))}
    </svg>
  );
}
