import Link from 'next/link';
import { ViewTransition } from 'react';
import type { moreLike } from '../../server/kin.ts';
import { kinReason } from '../../view/kin-words.ts';
import { Row } from '../row.tsx';
import { StillPicture } from '../still-picture.tsx';

/** Films that are like this one, each with the reason. */
export function KinRow({ kin }: { kin: Awaited<ReturnType<typeof moreLike>> }) {
  if (kin.length === 0) return null;
  return (
    <Row id="more-like-this" heading="More like this">
      {kin.map(({ title, shared }) => (
        <li key={title.id} className="w-60 sm:w-72">
          <Link href={`/film/${title.id}`} prefetch={false} className="group block">
            <ViewTransition name={`still-${title.id}`} share="still-to-film" default="none">
              <StillPicture
                still={title.still}
                preview={title.preview}
                sizes="(min-width: 640px) 18rem, 15rem"
                className="poster-frame aspect-video"
              />
            </ViewTransition>
            <span className="mt-2.5 line-clamp-2 text-14 leading-snug font-medium sm:text-16">{title.title}</span>
            <span className="mt-0.5 line-clamp-3 text-14 text-quiet">{kinReason(shared)}</span>
          </Link>
        </li>
      ))}
    </Row>
  );
}
