import type { CatalogueTitle } from '@marquee/core/catalogue';
import type { MovieId } from '@marquee/core/ids';
import { refKey } from '@marquee/core/library';
import { Play } from 'lucide-react';
import type { Metadata } from 'next';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import { ViewTransition } from 'react';
import { CatalogueAway } from '../../../../components/catalogue/away.tsx';
import {
  gradientOf,
  PersonTile,
  posterName,
  previewUrlOf,
  TitleCard,
} from '../../../../components/catalogue/cards.tsx';
import { CataloguePicture } from '../../../../components/catalogue/catalogue-picture.tsx';
import { Tinted } from '../../../../components/catalogue/tinted.tsx';
import { TrailerLink } from '../../../../components/catalogue/trailer.tsx';
import { KeepControls } from '../../../../components/library/keep-controls.tsx';
import { Row } from '../../../../components/row.tsx';
import { RowKeys } from '../../../../components/row-keys.tsx';
import { SiteHeader } from '../../../../components/site-header.tsx';
import { ownFilmOf, readTitle } from '../../../../server/catalogue.ts';
import { type Kept, keptOf } from '../../../../server/library.ts';
import { type Placeholders, placeholdersOf } from '../../../../server/placeholders.ts';
import {
  factsOf,
  formatRating,
  idOf,
  kindOf,
  personPath,
  pictureOf,
  seasonPath,
  shorten,
  titlePath,
} from '../../../../view/catalogue-words.ts';

type Props = { params: Promise<{ kind: string; id: string }> };

async function told({ params }: Props) {
  const { kind, id } = await params;
  const [knownKind, number] = [kindOf(kind), idOf(id)];
  if (knownKind === null || number === null) notFound();
  return readTitle(knownKind, number);
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const answer = await told(props);
  if (answer.state === 'away') return { title: 'Away' };
  const title = answer.value;
  if (title === null) notFound();
  const name = title.year === null ? title.title : `${title.title} (${title.year})`;
  const description = shorten(title.overview || title.tagline, 160);
  const picture = title.backdrop ?? title.poster;
  return {
    title: name,
    description,
    openGraph: {
      title: name,
      description,
      type: title.kind === 'film' ? 'video.movie' : 'video.tv_show',
      images: picture === null ? [] : [pictureOf(picture, 'w780')],
    },
  };
}

export default async function TitlePage(props: Props) {
  const answer = await told(props);
  const { kind, id } = await props.params;
  if (answer.state === 'away') return <CatalogueAway path={`/title/${kind}/${id}`} />;
  const title = answer.value;
  if (title === null) notFound();
  const [own, kept, placeholders] = await Promise.all([
    ownFilmOf(title),
    keptOf(title),
    placeholdersOf([
      { address: title.poster, shape: 'poster' },
      { address: title.backdrop, shape: 'backdrop' },
      ...title.cast.map(({ portrait }) => ({ address: portrait, shape: 'portrait' as const })),
      ...title.seasons.map(({ poster }) => ({ address: poster, shape: 'poster' as const })),
      ...title.stills.map((address) => ({ address, shape: 'backdrop' as const })),
      ...title.similar.map(({ poster }) => ({ address: poster, shape: 'poster' as const })),
    ]),
  ]);
  return (
    <Tinted by={placeholders.get(title.poster ?? '')}>
      <SiteHeader over />
      <main id="content" className="pb-24">
        <Head title={title} own={own} placeholders={placeholders} kept={kept} />
        <div className="space-y-12 pt-12">
          <Seasons title={title} placeholders={placeholders} />
          {title.cast.length > 0 && (
            <Row id="cast" heading="Cast">
              {title.cast.map((member) => (
                <li key={`${member.personId} ${member.role}`} className="w-28 sm:w-36">
                  <PersonTile
                    person={{ tmdbId: member.personId, name: member.name, portrait: member.portrait }}
                    placeholders={placeholders}
                    note={member.role}
                  />
                </li>
              ))}
            </Row>
          )}
          {title.stills.length > 0 && (
            <Row id="stills" heading="Stills">
              {title.stills.map((still, index) => (
                <li key={still} className="w-72 sm:w-[26rem]">
                  <a href={pictureOf(still, 'original')} className="group block" target="_blank" rel="noreferrer">
                    <CataloguePicture
                      address={still}
                      shape="backdrop"
                      placeholder={gradientOf(placeholders, still)}
                      widthPx={390}
                      alt={`Still ${index + 1} of ${title.title}`}
                      className="poster-frame"
                    />
                  </a>
                </li>
              ))}
            </Row>
          )}
          {title.similar.length > 0 && (
            <Row id="similar" heading={title.kind === 'film' ? 'Similar films' : 'Similar series'}>
              {title.similar.map((card) => (
                <li key={`${card.kind}-${card.tmdbId}`} className="w-36 sm:w-[10.75rem]">
                  <TitleCard card={card} placeholders={placeholders} />
                </li>
              ))}
            </Row>
          )}
        </div>
        <RowKeys />
      </main>
    </Tinted>
  );
}

function Head(props: { title: CatalogueTitle; own: MovieId | null; placeholders: Placeholders; kept: Kept | null }) {
  const { title, own, placeholders } = props;
  const facts = factsOf(title);
  const [trailer, ...moreTrailers] = title.trailers;
  return (
    <div className="relative isolate">
      <CataloguePicture
        address={title.backdrop}
        shape="backdrop"
        placeholder={previewUrlOf(placeholders, title.backdrop)}
        widthPx={1280}
        sizes="100vw"
        first
        className="absolute! inset-x-0 top-0 -z-20 aspect-auto! h-[min(32rem,64dvh)] w-full rounded-none bg-transparent!"
      />
      <div aria-hidden className="hero-veil absolute inset-x-0 top-0 -z-10 h-[min(32rem,64dvh)]" />
      <div className="edge flex flex-col gap-6 pt-60 sm:flex-row sm:gap-10 sm:pt-80">
        <ViewTransition name={posterName(title)} share="still-to-film" default="none">
          <CataloguePicture
            address={title.poster}
            shape="poster"
            placeholder={gradientOf(placeholders, title.poster)}
            widthPx={250}
            alt={`Poster of ${title.title}`}
            standIn={title.title}
            first
            className="w-32 shrink-0 self-start sm:w-48 lg:w-64"
          />
        </ViewTransition>
        <div className="min-w-0 flex-1">
          <h1 className="display text-40 lg:text-64">{title.title}</h1>
          {title.originalTitle !== title.title && (
            <p className="mt-1 text-16 text-quiet italic">{title.originalTitle}</p>
          )}
          <p className="figures mt-4 text-16">
            {facts.join(' · ')}
            {title.rating !== null && (
              <>
                {facts.length > 0 && ' · '}
                <span className="sr-only">Rated </span>
                {formatRating(title.rating)}
                <span className="text-quiet"> of 10</span>
              </>
            )}
          </p>
          {title.tagline && <p className="display mt-5 max-w-[60ch] text-20 text-quiet italic">{title.tagline}</p>}
          <p className="mt-4 max-w-[68ch] text-16">
            {title.overview || 'Nobody has written down yet what it is about.'}
          </p>
          {(own || trailer || title.imdbId) && (
            <div className="mt-7 flex flex-wrap gap-3">
              {own && (
                <Link href={`/watch/${own}`} className="control control-bulb min-h-12 px-6 text-16">
                  <Play size={20} fill="currentColor" aria-hidden /> Play
                </Link>
              )}
              {trailer && (
                <TrailerLink youtubeKey={trailer.youtubeKey} name={`${title.title}: ${trailer.name}`}>
                  Watch the trailer
                </TrailerLink>
              )}
              {title.imdbId && (
                <a
                  href={`https://www.imdb.com/title/${encodeURIComponent(title.imdbId)}/`}
                  rel="noreferrer"
                  className="control control-bare min-h-12 text-quiet"
                >
                  On IMDb
                </a>
              )}
            </div>
          )}
          <div className="mt-4">
            <KeepControls title={refKey(title)} name={title.title} path={titlePath(title)} kept={props.kept} />
          </div>
          {title.crew.length > 0 && (
            <dl className="mt-8 grid max-w-3xl grid-cols-2 gap-x-6 gap-y-4 sm:grid-cols-3">
              {title.crew.map((member) => (
                <div key={`${member.personId} ${member.job}`}>
                  <dt className="text-14 text-quiet">{member.job}</dt>
                  <dd>
                    <Link
                      href={personPath({ tmdbId: member.personId, name: member.name })}
                      prefetch={false}
                      className="inline-flex min-h-6 text-16 underline-offset-4 hover:underline"
                    >
                      {member.name}
                    </Link>
                  </dd>
                </div>
              ))}
            </dl>
          )}
          {moreTrailers.length > 0 && (
            <details className="mt-6">
              <summary className="inline-flex min-h-11 items-center text-14 text-quiet hover:text-ink">
                More clips ({moreTrailers.length})
              </summary>
              <ul className="mt-2 flex flex-wrap gap-2">
                {moreTrailers.map((clip) => (
                  <li key={clip.youtubeKey} className="max-w-full">
                    <TrailerLink youtubeKey={clip.youtubeKey} name={`${title.title}: ${clip.name}`}>
                      {shorten(clip.name, 40)}
                    </TrailerLink>
                  </li>
                ))}
              </ul>
            </details>
          )}
        </div>
      </div>
    </div>
  );
}

function Seasons({ title, placeholders }: { title: CatalogueTitle; placeholders: Placeholders }) {
  if (title.seasons.length === 0) return null;
  return (
    <Row id="seasons" heading="Seasons">
      {title.seasons.map((season) => (
        <li key={season.number} className="w-36 sm:w-[10.75rem]">
          <Link href={seasonPath(title, season.number)} prefetch={false} className="group block">
            <CataloguePicture
              address={season.poster ?? title.poster}
              shape="poster"
              placeholder={gradientOf(placeholders, season.poster ?? title.poster)}
              widthPx={171}
              standIn={season.title}
              className="poster-frame"
            />
            <span className="mt-2.5 line-clamp-2 text-14 leading-snug font-medium">{season.title}</span>
            <span className="figures mt-0.5 block text-14 text-quiet">
              {[season.year, `${season.episodeCount} ${season.episodeCount === 1 ? 'episode' : 'episodes'}`]
                .filter((fact) => fact !== null)
                .join(' · ')}
            </span>
          </Link>
        </li>
      ))}
    </Row>
  );
}
