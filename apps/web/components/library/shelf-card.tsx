import { progressAt, readRef } from '@marquee/core/library';
import { Star } from 'lucide-react';
import Link from 'next/link';
import type { ShelfItem } from '../../server/library.ts';
import { titlePath } from '../../view/catalogue-words.ts';
import { formatSpan } from '../../view/format.ts';
import { titleFacts } from '../../view/title-facts.ts';
import { CataloguePicture } from '../catalogue/catalogue-picture.tsx';
import { StillPicture } from '../still-picture.tsx';
import { SetAsideButton } from './set-aside-button.tsx';

const SIZES = '(min-width: 640px) 20rem, 15rem';

/**
 * A title that somebody kept.
 *
 * @param props.goesOn it leads into the film, and shows how far it is and what is left
 */
export function ShelfCard({ item, goesOn }: { item: ShelfItem; goesOn: boolean }) {
  const { entry, own, card } = item;
  const name = own?.title ?? card?.title ?? '';
  const durationSec = entry.durationSec ?? own?.durationSec ?? null;
  const isBegun = progressAt(entry.positionSec, durationSec) === 'begun';
  const leftSec = isBegun && durationSec !== null ? durationSec - entry.positionSec : null;
  const facts = own ? titleFacts(own) : [card?.year, kindWord(entry.title)].filter(Boolean).join(' · ');
  return (
    <>
      <Link href={hrefOf(item, goesOn)} prefetch={false} className="group block">
        <span className="relative block">
          {own ? (
            <StillPicture still={own.still} preview={own.preview} sizes={SIZES} className="poster-frame aspect-video" />
          ) : (
            <CataloguePicture
              address={card?.backdrop ?? null}
              shape="backdrop"
              placeholder={undefined}
              widthPx={320}
              className="poster-frame"
            />
          )}
          {leftSec !== null && durationSec !== null && (
            <span className="absolute inset-x-0 bottom-0 h-1 bg-[oklch(0.15_0_0/0.7)]" aria-hidden>
              <span className="block h-full bg-bulb" style={{ width: `${(100 * entry.positionSec) / durationSec}%` }} />
            </span>
          )}
        </span>
        {!goesOn && <Words name={name} facts={facts} rating={entry.rating} />}
        {goesOn && <span className="sr-only">{`Go on with ${name}`}</span>}
      </Link>
      {goesOn && (
        <div className="mt-1 flex items-start justify-between gap-2">
          <Words name={name} facts={leftSec === null ? facts : `${formatSpan(leftSec * 1000)} left`} rating={null} />
          <SetAsideButton title={entry.title} name={name} />
        </div>
      )}
    </>
  );
}

function Words({ name, facts, rating }: { name: string; facts: string; rating: number | null }) {
  return (
    <span className="mt-1.5 block min-w-0">
      <span className="line-clamp-2 text-14 leading-snug font-medium sm:text-16">{name}</span>
      <span className="figures mt-0.5 flex flex-wrap items-center gap-x-2 text-14 text-quiet">
        {rating !== null && (
          <span className="inline-flex items-center gap-1 text-ink">
            <Star size={14} fill="currentColor" aria-hidden />
            {rating}
            <span className="sr-only"> of 5 stars</span>
          </span>
        )}
        {facts}
      </span>
    </span>
  );
}

function kindWord(title: string): string {
  return readRef(title)?.kind === 'series' ? 'Series' : 'Film';
}

function hrefOf({ entry, own, card }: ShelfItem, goesOn: boolean): string {
  if (own) return goesOn ? `/watch/${own.id}` : `/film/${own.id}`;
  const ref = readRef(entry.title);
  return ref && ref.kind !== 'own' ? titlePath({ ...ref, title: card?.title ?? '' }) : '/library';
}
