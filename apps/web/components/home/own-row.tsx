import Link from 'next/link';
import { ViewTransition } from 'react';
import type { Title } from '../../server/titles.ts';
import { titleFacts } from '../../view/title-facts.ts';
import { Row } from '../row.tsx';
import { StillPicture } from '../still-picture.tsx';

/** Pictures whose upper edge a phone shows without scrolling. */
const SEEN_FIRST = 2;

/** The house's own films, before those of the world. @param props.onScreen ids of those that the banner shows already */
export function OwnRow(props: { titles: Title[]; onScreen: Set<string>; cursor: string | null }) {
  return (
    <Row
      id="of-this-house"
      heading="Of this house"
      more={
        props.cursor !== null && (
          <Link
            href={`/?after=${encodeURIComponent(props.cursor)}`}
            className="inline-flex min-h-11 items-center text-14 text-quiet underline-offset-4 hover:text-ink hover:underline"
          >
            Earlier films
          </Link>
        )
      }
    >
      {props.titles.map((title, index) => {
        const still = (
          <StillPicture
            still={title.still}
            preview={title.preview}
            sizes="(min-width: 640px) 20rem, 15rem"
            first={index < SEEN_FIRST}
            className="poster-frame aspect-video"
          />
        );
        return (
          <li key={title.id} className="w-60 sm:w-80">
            <Link href={`/film/${title.id}`} prefetch={false} className="group block">
              {props.onScreen.has(title.id) ? (
                still
              ) : (
                <ViewTransition name={`still-${title.id}`} share="still-to-film" default="none">
                  {still}
                </ViewTransition>
              )}
              <span className="mt-2.5 line-clamp-2 text-14 leading-snug font-medium sm:text-16">{title.title}</span>
              <span className="mt-0.5 flex items-center gap-2 text-14 text-quiet">
                {title.state === 'making' && <span className="bulb-dot breathing shrink-0" aria-hidden />}
                {titleFacts(title)}
              </span>
            </Link>
          </li>
        );
      })}
    </Row>
  );
}
