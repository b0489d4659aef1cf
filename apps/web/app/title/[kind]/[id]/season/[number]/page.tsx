import type { Episode } from '@marquee/core/catalogue';
import { ArrowLeft } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { CatalogueAway } from '../../../../../../components/catalogue/away.tsx';
import { gradientOf } from '../../../../../../components/catalogue/cards.tsx';
import { CataloguePicture } from '../../../../../../components/catalogue/catalogue-picture.tsx';
import { Tinted } from '../../../../../../components/catalogue/tinted.tsx';
import { SiteHeader } from '../../../../../../components/site-header.tsx';
import { readSeason, readTitle } from '../../../../../../server/catalogue.ts';
import { type Placeholders, placeholdersOf } from '../../../../../../server/placeholders.ts';
import { formatDay, idOf, pictureOf, seasonPath, shorten, titlePath } from '../../../../../../view/catalogue-words.ts';

type Props = { params: Promise<{ kind: string; id: string; number: string }> };

/** @returns the series and its season, or null while the catalogue is away */
async function told({ params }: Props) {
  const { kind, id, number } = await params;
  const [seriesId, seasonNumber] = [idOf(id), idOf(number)];
  if (kind !== 'series' || seriesId === null || seasonNumber === null) notFound();
  const [series, season] = await Promise.all([readTitle('series', seriesId), readSeason(seriesId, seasonNumber)]);
  if (series.state === 'away' || season.state === 'away') return null;
  if (series.value === null || season.value === null) notFound();
  return { series: series.value, season: season.value };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const answer = await told(props);
  if (answer === null) return { title: 'Away' };
  const { series, season } = answer;
  const title = `${series.title}: ${season.title}`;
  const description = shorten(season.overview || series.overview, 160);
  const picture = season.poster ?? series.poster;
  return {
    title,
    description,
    openGraph: { title, description, images: picture === null ? [] : [pictureOf(picture, 'w780')] },
  };
}

export default async function SeasonPage(props: Props) {
  const answer = await told(props);
  if (answer === null) {
    const { id, number } = await props.params;
    return <CatalogueAway path={`/title/series/${id}/season/${number}`} />;
  }
  const { series, season } = answer;
  const poster = season.poster ?? series.poster;
  const placeholders = await placeholdersOf([
    { address: poster, shape: 'poster' },
    ...season.episodes.map(({ still }) => ({ address: still, shape: 'backdrop' as const })),
  ]);
  return (
    <Tinted by={placeholders.get(poster ?? '')}>
      <SiteHeader />
      <main id="content" className="edge pt-6 pb-24">
        <Link
          href={titlePath(series)}
          className="inline-flex min-h-11 items-center gap-2 text-16 text-quiet hover:text-ink"
        >
          <ArrowLeft size={18} aria-hidden /> {series.title}
        </Link>
        <div className="mt-4 flex gap-6 sm:gap-10">
          <CataloguePicture
            address={poster}
            shape="poster"
            placeholder={gradientOf(placeholders, poster)}
            widthPx={171}
            first
            className="w-24 shrink-0 self-start sm:w-44"
          />
          <div className="min-w-0">
            <h1 className="display text-28 sm:text-40">{season.title}</h1>
            <p className="figures mt-2 text-16 text-quiet">
              {[season.year, `${season.episodes.length} ${season.episodes.length === 1 ? 'episode' : 'episodes'}`]
                .filter((fact) => fact !== null)
                .join(' · ')}
            </p>
            {season.overview && <p className="mt-4 max-w-[68ch] text-16">{season.overview}</p>}
          </div>
        </div>
        {series.seasons.length > 1 && (
          <nav aria-label="Seasons" className="mt-8 flex flex-wrap gap-2">
            {series.seasons.map((each) => (
              <Link
                key={each.number}
                href={seasonPath(series, each.number)}
                prefetch={false}
                aria-current={each.number === season.number ? 'page' : undefined}
                className={`control figures ${each.number === season.number ? 'control-solid' : ''}`}
              >
                {each.number === 0 ? 'Specials' : `Season ${each.number}`}
              </Link>
            ))}
          </nav>
        )}
        {season.episodes.length === 0 ? (
          <p className="mt-12 text-16 text-quiet">No episode of this season is known yet.</p>
        ) : (
          <ol className="mt-8 max-w-5xl">
            {season.episodes.map((episode) => (
              <EpisodeRow key={episode.number} episode={episode} placeholders={placeholders} />
            ))}
          </ol>
        )}
      </main>
    </Tinted>
  );
}

function EpisodeRow({ episode, placeholders }: { episode: Episode; placeholders: Placeholders }) {
  const facts = [
    episode.airedOn === null ? null : formatDay(episode.airedOn),
    episode.runtimeMin === null ? null : `${episode.runtimeMin} min`,
  ].filter((fact) => fact !== null);
  return (
    <li className="grid grid-cols-[7rem_1fr] gap-x-4 gap-y-2 border-t border-line py-5 sm:grid-cols-[14rem_1fr] sm:gap-x-6">
      <CataloguePicture
        address={episode.still}
        shape="backdrop"
        placeholder={gradientOf(placeholders, episode.still)}
        widthPx={224}
        className="self-start sm:row-span-2"
      />
      <div className="min-w-0 self-center sm:self-start">
        <h2 className="text-16 font-medium sm:text-20">
          <span className="figures text-quiet">{episode.number}</span> {episode.title}
        </h2>
        <p className="figures mt-1 text-14 text-quiet">{facts.join(' · ')}</p>
      </div>
      {episode.overview && (
        <p className="col-span-2 max-w-[68ch] text-16 sm:col-span-1 sm:col-start-2">{episode.overview}</p>
      )}
    </li>
  );
}
