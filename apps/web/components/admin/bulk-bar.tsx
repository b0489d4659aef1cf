'use client';

import { useState, useTransition } from 'react';
import { type BulkWork, bulkAction } from '../../server/film-actions.ts';
import { DeleteFilms } from './film/delete-films.tsx';

const WORKS: { work: Exclude<BulkWork, 'delete'>; name: string; done: string }[] = [
  { work: 'publish', name: 'Publish', done: 'published' },
  { work: 'unlist', name: 'Unlist', done: 'unlisted' },
  { work: 'remake', name: 'Make again', done: 'being made again' },
];

/** What can be done to all chosen films at once, in a bar from below; it says afterwards what became of them. */
export function BulkBar({ chosen, onDone }: { chosen: { id: string; title: string }[]; onDone: () => void }) {
  const [busy, start] = useTransition();
  const [words, setWords] = useState<{ text: string; isBad: boolean } | null>(null);
  const ids = chosen.map(({ id }) => id);

  const run = (work: BulkWork, name: string) =>
    start(async () => {
      const { done, refused } = await bulkAction(ids, work).catch(() => ({
        done: 0,
        refused: 'The site does not answer. Try again.',
      }));
      const count = done === 0 ? '' : `${done === 1 ? 'One film is' : `${done} films are`} ${name}. `;
      setWords({ text: `${count}${refused ?? ''}`.trim(), isBad: refused !== null });
      if (done > 0) onDone();
    });

  return (
    <div className="sticky bottom-0 z-20 max-sm:-mx-4">
      <p
        role="status"
        className={`max-sm:px-4 text-14 ${words?.isBad ? 'text-lost' : 'text-quiet'} ${words ? 'bg-ground py-2' : ''}`}
      >
        {words?.text}
      </p>
      {chosen.length > 0 && (
        <section
          aria-label="Chosen films"
          className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line-strong bg-ground py-3 max-sm:px-4"
        >
          <p className="figures text-14 max-sm:w-full sm:mr-3">
            {chosen.length === 1 ? 'One film chosen' : `${chosen.length} films chosen`}
          </p>
          {WORKS.map(({ work, name, done }) => (
            <button
              key={work}
              type="button"
              className="control max-sm:px-3"
              disabled={busy}
              onClick={() => run(work, done)}
            >
              {name}
            </button>
          ))}
          <DeleteFilms
            ids={ids}
            titles={chosen.map(({ title }) => title)}
            className="max-sm:px-3"
            onDone={() => {
              setWords({
                text: ids.length === 1 ? 'One film is deleted.' : `${ids.length} films are deleted.`,
                isBad: false,
              });
              onDone();
            }}
          />
        </section>
      )}
    </div>
  );
}
