import type { MovieId } from '@marquee/core/ids';
import { refKey } from '@marquee/core/library';
import { Pencil } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { type CSSProperties, cache, ViewTransition } from 'react';
import { CreditList } from '../../../components/film/credit-list.tsx';
import { EpisodeList } from '../../../components/film/episode-list.tsx';
import { KinRow } from '../../../components/film/kin-row.tsx';
import { PlayLink } from '../../../components/film/play-link.tsx';
import { KeepControls } from '../../../components/library/keep-controls.tsx';
import { Refresh } from '../../../components/refresh.tsx';
import { RowKeys } from '../../../components/row-keys.tsx';
import { SiteHeader } from '../../../components/site-header.tsx';
import { StillPicture } from '../../../components/still-picture.tsx';
import { moreLike } from '../../../server/kin.ts';
import { keptOf } from '../../../server/library.ts';
import { isAdmin } from '../../../server/require-admin.ts';
import { seasonOf } from '../../../server/series.ts';
import { type FilmFacts, getFilm } from '../../../server/titles.ts';
import { placeWords } from '../../../view/episode-words.ts';
import { languageName } from '../../../view/language-name.ts';
import { titleFacts } from '../../../view/title-facts.ts';
import { visibilityWords } from '../../../view/visibility.ts';

/** How often the page looks again while the film is being made, in milliseconds. */
const REFRESH_MS = 5000;

type Props = { params: Promise<{ id: string }> };

/** Asked once for the page and its metadata. */
const filmOf = cache((id: string) => getFilm(id as MovieId));

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const film = await filmOf((await params).id);
  if (!film) return { title: 'Not found' };
  const isHidden = film.visibility !== 'published';
  return {
    title: film.title,
    ...(film.synopsis ? { description: film.synopsis.slice(0, 200) } : {}),
    ...(isHidden ? { robots: { index: false, follow: false } } : {}),
  };
}

/** A film of the house: what it is, who made it, and the way into it. */
export default async function FilmPage({ params }: Props) {
  const { id } = await params;
  const ref = { kind: 'own', movieId: id as MovieId } as const;
  const [film, isStaff, kept, kin, season] = await Promise.all([
    filmOf(id),
    isAdmin(),
    keptOf(ref),
    moreLike(ref.movieId),
    seasonOf(ref.movieId),
  ]);
  if (!film) notFound();
  const tint = film.preview
    ? `oklch(var(--tint-l) ${Math.min(0.03, film.preview.chroma)} ${film.preview.hueDeg})`
    : 'var(--ground)';
  return (
    <div className="relative isolate min-h-dvh bg-(--tint)" style={{ '--tint': tint } as CSSProperties}>
      <SiteHeader />
      <main id="content" className="mx-auto w-full max-w-7xl pb-24">
        <div className="grid gap-x-12 gap-y-8 px-4 pt-6 pb-12 sm:px-8 sm:pt-10 lg:grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)] lg:px-12">
          <ViewTransition name={`still-${film.id}`} share="still-to-film" default="none">
            <StillPicture
              still={film.still}
              preview={film.preview}
              sizes="(min-width: 1024px) 50vw, 100vw"
              first
              className="aspect-video max-lg:-mx-4 max-lg:rounded-none max-lg:sm:mx-0"
            />
          </ViewTransition>
          <div className="min-w-0">
            <h1 className="display text-40">{film.title}</h1>
            {film.originalTitle !== '' && film.originalTitle !== film.title && (
              <p className="mt-1 text-16 text-quiet">{film.originalTitle}</p>
            )}
            {film.episode && (
              <p className="mt-1 text-16 text-quiet">
                {film.episode.series} · {placeWords(film.episode)}
              </p>
            )}
            <FactsLine film={film} />
            {isStaff && film.visibility !== 'published' && (
              <p className="mt-3 border-l-2 border-bulb pl-3 text-14">{visibilityWords(film, Date.now())}</p>
            )}
            <div className="mt-6 flex flex-wrap items-center gap-3">
              {film.state !== 'unseen' && (
                <PlayLink
                  id={film.id}
                  durationSec={film.durationSec}
                  kept={kept && { viewerId: kept.viewerId, place: kept.place }}
                />
              )}
              {isStaff && (
                <Link href={`/admin/films/${film.id}`} className="control">
                  <Pencil size={18} aria-hidden /> Edit
                </Link>
              )}
            </div>
            <div className="mt-3">
              <KeepControls title={refKey(ref)} name={film.title} path={`/film/${film.id}`} kept={kept} />
            </div>
            {film.tagline !== '' && <p className="display mt-8 text-20">{film.tagline}</p>}
            {film.synopsis !== '' && (
              <p className="mt-4 max-w-[65ch] text-16 leading-relaxed whitespace-pre-line">{film.synopsis}</p>
            )}
          </div>
          <div className="grid gap-10 lg:col-span-2 lg:grid-cols-2">
            <CreditList id="cast" heading="Cast" credits={film.cast} />
            <CreditList id="crew" heading="Made by" credits={film.crew} />
          </div>
        </div>
        {season && <EpisodeList facts={season} currentId={film.id} />}
        <KinRow kin={kin} />
        <RowKeys />
        {film.state !== 'ready' && <Refresh everyMs={REFRESH_MS} />}
      </main>
    </div>
  );
}

function FactsLine({ film }: { film: FilmFacts }) {
  const more = [film.certificate, film.genres.join(', '), film.language && languageName(film.language)].filter(Boolean);
  return (
    <p className="mt-4 flex flex-wrap items-center gap-x-2 gap-y-1 text-16 wrap-anywhere text-quiet">
      {film.state === 'making' && <span className="bulb-dot breathing" aria-hidden />}
      {[titleFacts(film), ...more].filter(Boolean).join(' · ')}
    </p>
  );
}
