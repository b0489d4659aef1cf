import { Play } from 'lucide-react';
import Link from 'next/link';
import { ViewTransition } from 'react';
import { Refresh } from '../components/refresh.tsx';
import { SiteHeader } from '../components/site-header.tsx';
import { StillPicture } from '../components/still-picture.tsx';
import { TitleGrid } from '../components/title-grid.tsx';
import { isEmptyHouse, listWatchable, type Title } from '../server/titles.ts';
import { titleFacts } from '../view/title-facts.ts';

/** How often the page looks again while a film is being made, in milliseconds. */
const REFRESH_MS = 5000;

export default async function HomePage({ searchParams }: { searchParams: Promise<{ after?: string }> }) {
  const { after } = await searchParams;
  const { titles, cursor } = await listWatchable(after);
  if (titles.length === 0 && after === undefined) return <EmptyHouse nothingYet={await isEmptyHouse()} />;
  // The newest that has a still: a film that has just begun has none yet.
  const first = after === undefined ? (titles.find((title) => title.still !== null) ?? titles[0]) : undefined;
  const others = titles.filter((title) => title !== first);
  return (
    <>
      <SiteHeader over={first !== undefined} />
      <main id="content">
        {first && <FirstFilm title={first} />}
        {others.length > 0 && (
          <section aria-labelledby="films" className="px-4 pt-10 pb-24 sm:px-8 lg:px-12">
            <h2 id="films" className="display mb-5 text-28">
              {first ? 'Also showing' : 'Earlier films'}
            </h2>
            <TitleGrid titles={others} />
          </section>
        )}
        {cursor && (
          <p className="px-4 pb-24 sm:px-8 lg:px-12">
            <Link href={`/?after=${encodeURIComponent(cursor)}`} className="control">
              Earlier films
            </Link>
          </p>
        )}
        {titles.some((title) => title.state === 'making') && <Refresh everyMs={REFRESH_MS} />}
      </main>
    </>
  );
}

/** One film fills the first screen. */
function FirstFilm({ title }: { title: Title }) {
  return (
    <section
      aria-labelledby="first-title"
      className="relative isolate flex min-h-[max(34rem,88dvh)] items-end overflow-hidden"
    >
      <ViewTransition name={`still-${title.id}`} share="still-to-film" default="none">
        <StillPicture
          still={title.still}
          preview={title.preview}
          sizes="100vw"
          first
          className="absolute inset-0 -z-20 rounded-none"
        />
      </ViewTransition>
      <div aria-hidden className="hero-veil absolute inset-0 -z-10" />
      <div className="w-full max-w-4xl px-4 pb-14 text-ink sm:px-8 sm:pb-20 lg:px-12">
        <h1 id="first-title" className="display text-40 break-words sm:text-64">
          {title.title}
        </h1>
        <p className="mt-4 flex flex-wrap items-center gap-x-3 gap-y-1 text-16">
          {title.state === 'making' && <span className="bulb-dot breathing" aria-hidden />}
          {titleFacts(title)}
        </p>
        <div className="mt-8">
          <Link href={`/watch/${title.id}`} className="control control-bulb min-h-12 px-6 text-16">
            <Play size={20} fill="currentColor" aria-hidden /> Play
          </Link>
        </div>
      </div>
    </section>
  );
}

/** The first start, or a house whose films are all still on their way. */
function EmptyHouse({ nothingYet }: { nothingYet: boolean }) {
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
              href={nothingYet ? '/admin/upload' : '/admin'}
              className="control control-solid min-h-12 px-6 text-16"
            >
              {nothingYet ? 'Upload the first film' : 'See how far it is'}
            </Link>
          </div>
          {!nothingYet && <Refresh everyMs={REFRESH_MS} />}
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
