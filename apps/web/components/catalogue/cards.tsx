import type { CatalogueCard, PersonCard } from '@marquee/core/catalogue';
import Link from 'next/link';
import { ViewTransition } from 'react';
import type { Placeholders } from '../../server/placeholders.ts';
import { cardFacts, initialsOf, personPath, titlePath } from '../../view/catalogue-words.ts';
import { CataloguePicture } from './catalogue-picture.tsx';

const POSTER_WIDTH_PX = 171;

/**
 * A title's poster with its name. The poster grows into that of the title's page.
 *
 * @param props.note stands in for year and rating
 * @param props.isTwin true where the same title stands on the page before
 * @param props.first true for what is seen first
 */
export function TitleCard(props: {
  card: CatalogueCard;
  placeholders: Placeholders;
  note?: string;
  isTwin?: boolean;
  first?: boolean;
}) {
  const { card, placeholders } = props;
  const poster = (
    <CataloguePicture
      address={card.poster}
      shape="poster"
      placeholder={gradientOf(placeholders, card.poster)}
      widthPx={POSTER_WIDTH_PX}
      standIn={card.title}
      first={props.first ?? false}
      className="poster-frame"
    />
  );
  return (
    <Link href={titlePath(card)} prefetch={false} className="group block">
      {props.isTwin ? (
        poster
      ) : (
        <ViewTransition name={posterName(card)} share="still-to-film" default="none">
          {poster}
        </ViewTransition>
      )}
      <span className="mt-2.5 line-clamp-2 text-14 leading-snug font-medium">{card.title}</span>
      <span className="figures mt-0.5 line-clamp-2 text-14 text-quiet">{props.note || cardFacts(card)}</span>
    </Link>
  );
}

/** Somebody's portrait with their name and what they are known for, or did here. */
export function PersonTile(props: {
  person: Pick<PersonCard, 'tmdbId' | 'name' | 'portrait'>;
  placeholders: Placeholders;
  note: string;
}) {
  const { person, placeholders } = props;
  return (
    <Link href={personPath(person)} prefetch={false} className="group block">
      <CataloguePicture
        address={person.portrait}
        shape="portrait"
        placeholder={gradientOf(placeholders, person.portrait)}
        widthPx={150}
        standIn={initialsOf(person.name)}
        className="poster-frame"
      />
      <span className="mt-2.5 line-clamp-2 text-14 leading-snug font-medium">{person.name}</span>
      <span className="mt-0.5 line-clamp-2 text-14 text-quiet">{props.note}</span>
    </Link>
  );
}

/** What a title's poster is called while one page turns into another. */
export function posterName({ kind, tmdbId }: Pick<CatalogueCard, 'kind' | 'tmdbId'>): string {
  return `poster-${kind}-${tmdbId}`;
}

export function gradientOf(placeholders: Placeholders, address: string | null): string | undefined {
  return address === null ? undefined : placeholders.get(address)?.gradient;
}

/** The picture itself, tiny and blurred by being stretched: for what fills the window. */
export function previewUrlOf(placeholders: Placeholders, address: string | null): string | undefined {
  const dataUrl = address === null ? undefined : placeholders.get(address)?.dataUrl;
  return dataUrl === undefined ? undefined : `url(${dataUrl})`;
}
