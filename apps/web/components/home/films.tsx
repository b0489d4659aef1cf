import type { CatalogueCard } from '@marquee/core/catalogue';
import { Info, Play } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, ViewTransition } from 'react';
import type { Placeholders } from '../../server/placeholders.ts';
import type { Title } from '../../server/titles.ts';
import { cardFacts, firstSentence, titlePath } from '../../view/catalogue-words.ts';
import { titleFacts } from '../../view/title-facts.ts';
import { previewUrlOf } from '../catalogue/cards.tsx';
import { CataloguePicture } from '../catalogue/catalogue-picture.tsx';
import { StillPicture } from '../still-picture.tsx';

/** A film of the house, as large as the screen. */
export function OwnFilm({ title, first }: { title: Title; first: boolean }) {
  return (
    <BigFilm
      name={title.title}
      picture={
        <ViewTransition name={`still-${title.id}`} share="still-to-film" default="none">
          <StillPicture
            still={title.still}
            preview={title.preview}
            sizes="100vw"
            first={first}
            className="absolute inset-0 -z-20 rounded-none"
          />
        </ViewTransition>
      }
      facts={
        <>
          {title.state === 'making' && <span className="bulb-dot breathing" aria-hidden />}
          {titleFacts(title)}
        </>
      }
    >
      <Link href={`/watch/${title.id}`} className="control control-bulb min-h-12 px-6 text-16">
        <Play size={20} fill="currentColor" aria-hidden /> Play
      </Link>
      <Link href={`/film/${title.id}`} className="control min-h-12 px-6 text-16">
        <Info size={20} aria-hidden /> More
      </Link>
    </BigFilm>
  );
}

/** A film of the catalogue, as large as the screen. */
export function CatalogueFilm(props: { card: CatalogueCard; placeholders: Placeholders; first: boolean }) {
  const { card, placeholders, first } = props;
  return (
    <BigFilm
      name={card.title}
      picture={
        <CataloguePicture
          address={card.backdrop}
          shape="backdrop"
          placeholder={previewUrlOf(placeholders, card.backdrop)}
          widthPx={1280}
          sizes="100vw"
          first={first}
          className="absolute! inset-0 -z-20 aspect-auto! rounded-none"
        />
      }
      facts={cardFacts(card)}
      sentence={firstSentence(card.overview)}
    >
      <Link href={titlePath(card)} className="control control-solid min-h-12 px-6 text-16">
        <Info size={20} aria-hidden /> More
      </Link>
    </BigFilm>
  );
}

function BigFilm(props: {
  name: string;
  picture: ReactNode;
  facts: ReactNode;
  sentence?: string;
  children: ReactNode;
}) {
  return (
    <div className="relative isolate flex items-end overflow-hidden">
      {props.picture}
      <div aria-hidden className="hero-veil absolute inset-0 -z-10" />
      <div className="edge w-full pt-24 pb-16 text-ink sm:pb-20">
        <h2 className="display line-clamp-3 max-w-[18ch] pb-[0.15em] text-40 sm:text-64">{props.name}</h2>
        <p className="figures mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-16">{props.facts}</p>
        {props.sentence && <p className="mt-3 line-clamp-3 max-w-[60ch] text-16">{props.sentence}</p>}
        <div className="mt-7 flex flex-wrap gap-3" data-row>
          {props.children}
        </div>
      </div>
    </div>
  );
}
