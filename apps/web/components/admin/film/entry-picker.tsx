'use client';

import type { CatalogueCard, CatalogueTitle } from '@marquee/core/catalogue';
import { useState, useTransition } from 'react';
import { findEntriesAction, readEntryAction } from '../../../server/film-actions.ts';

const AWAY = 'TMDB does not answer just now. Try again in a moment.';

/** Links the film to its entry in the world's catalogue; what is empty is filled from there. */
export function EntryPicker(props: {
  /** `film/603`, or empty. */
  linked: string;
  title: string;
  hasCatalogue: boolean;
  onPick: (entry: CatalogueTitle) => void;
  onUnlink: () => void;
}) {
  const [query, setQuery] = useState('');
  const [found, setFound] = useState<CatalogueCard[] | null>(null);
  const [words, setWords] = useState('');
  const [busy, start] = useTransition();
  if (!props.hasCatalogue && props.linked === '') return null;

  const search = () =>
    start(async () => {
      const cards = await findEntriesAction(query.trim() || props.title).catch(() => null);
      setFound(cards);
      setWords(cards === null ? AWAY : cards.length === 0 ? 'Nothing of that name. Try fewer words.' : '');
    });
  const pick = (card: CatalogueCard) =>
    start(async () => {
      const entry = await readEntryAction(card.kind, card.tmdbId).catch(() => null);
      setWords(entry === null ? AWAY : `Linked to “${entry.title}”. What was empty is filled in; save to keep it.`);
      if (entry === null) return;
      setFound(null);
      props.onPick(entry);
    });

  return (
    <section aria-labelledby="entry" className="border-b border-line pb-6">
      <h2 id="entry" className="display text-20">
        TMDB entry
      </h2>
      {props.linked !== '' && (
        <p className="figures mt-2 flex flex-wrap items-center gap-3 text-14">
          Linked to {props.linked}
          <button type="button" className="control control-bare px-3" onClick={props.onUnlink}>
            Unlink
          </button>
        </p>
      )}
      {props.hasCatalogue && (
        <div className="mt-2 flex gap-3">
          <input
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              search();
            }}
            placeholder={props.title}
            aria-label="Search TMDB"
            className="field max-w-md min-w-0"
          />
          <button type="button" className="control" disabled={busy} onClick={search}>
            {busy ? 'Asking' : 'Search'}
          </button>
        </div>
      )}
      <p role="status" className="mt-2 min-h-5 text-14 text-quiet">
        {words}
      </p>
      {found && found.length > 0 && (
        <ul className="divide-y divide-line border-y border-line">
          {found.map((card) => (
            <li key={`${card.kind}/${card.tmdbId}`}>
              <button
                type="button"
                disabled={busy}
                onClick={() => pick(card)}
                className="flex min-h-11 w-full items-baseline gap-3 py-2 text-left text-14 hover:bg-raised"
              >
                <span className="truncate text-16">{card.title}</span>
                <span className="figures shrink-0 text-quiet">
                  {[card.year, card.kind === 'series' ? 'series' : null].filter(Boolean).join(' · ')}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
