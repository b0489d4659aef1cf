'use client';

import Link from 'next/link';
import { type KeyboardEvent, useRef, ViewTransition } from 'react';
import type { Title } from '../server/titles.ts';
import { titleFacts } from '../view/title-facts.ts';
import { StillPicture } from './still-picture.tsx';

/**
 * Stills with their titles. Tab goes through them; the arrow keys move as the eye does.
 *
 * @param props.seenFirst how many of them are seen without scrolling
 */
export function TitleGrid({ titles, seenFirst = 0 }: { titles: Title[]; seenFirst?: number }) {
  const list = useRef<HTMLUListElement>(null);

  const onKeyDown = (event: KeyboardEvent) => {
    const links = [...(list.current?.querySelectorAll('a') ?? [])];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (at < 0) return;
    const columns = links.filter((link) => link.offsetTop === links[0]?.offsetTop).length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const next = step === undefined ? undefined : links[at + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  return (
    <ul
      ref={list}
      onKeyDown={onKeyDown}
      className="grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 lg:grid-cols-4 xl:grid-cols-5"
    >
      {titles.map((title, index) => (
        <li key={title.id}>
          <Link href={`/film/${title.id}`} className="group block">
            <ViewTransition name={`still-${title.id}`} share="still-to-film" default="none">
              <StillPicture
                still={title.still}
                preview={title.preview}
                sizes="(min-width: 1280px) 20vw, (min-width: 640px) 33vw, 50vw"
                first={index < seenFirst}
                className="aspect-video outline-line group-hover:outline-2 group-hover:outline-line-strong"
              />
            </ViewTransition>
            <span className="display mt-3 line-clamp-2 text-16 leading-snug sm:text-20">{title.title}</span>
            <span className="mt-1 flex items-center gap-2 text-14 text-quiet">
              {title.state === 'making' && <span className="bulb-dot breathing shrink-0" aria-hidden />}
              {titleFacts(title)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
