import Link from 'next/link';
import type { SeasonFacts } from '../../server/series.ts';
import { placeWords, seasonName } from '../../view/episode-words.ts';
import { Row } from '../row.tsx';
import { StillPicture } from '../still-picture.tsx';

/** The season that a film is of, in its order, and the ways to the others. */
export function EpisodeList({ facts, currentId }: { facts: SeasonFacts; currentId: string }) {
  const { series, season, episodes, others } = facts;
  if (episodes.length < 2 && others.length === 0) return null;
  return (
    <div className="mb-12">
      <Row
        id="episodes"
        heading={`${series}: ${seasonName(season)}`}
        more={
          others.length > 0 && (
            <nav aria-label="Other seasons" className="flex flex-wrap justify-end">
              {others.map((other) => (
                <Link
                  key={other.season}
                  href={`/film/${other.firstId}`}
                  className="control control-bare px-3 text-quiet hover:text-ink"
                >
                  {seasonName(other.season)}
                </Link>
              ))}
            </nav>
          )
        }
      >
        {episodes.map((title) => (
          <li key={title.id} className="w-60 sm:w-72">
            <Link
              href={`/film/${title.id}`}
              prefetch={false}
              aria-current={title.id === currentId ? 'page' : undefined}
              className="group block"
            >
              <StillPicture
                still={title.still}
                preview={title.preview}
                sizes="(min-width: 640px) 18rem, 15rem"
                className="poster-frame aspect-video"
              />
              <span
                className={`mt-2.5 line-clamp-2 text-14 leading-snug font-medium sm:text-16 ${title.id === currentId ? 'underline decoration-bulb decoration-2 underline-offset-4' : ''}`}
              >
                {title.title}
              </span>
              <span className="figures mt-0.5 block text-14 text-quiet">{placeWords(title.episode)}</span>
            </Link>
          </li>
        ))}
      </Row>
    </div>
  );
}
