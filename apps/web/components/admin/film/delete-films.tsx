'use client';

import { useRef, useState, useTransition } from 'react';
import { bulkAction } from '../../../server/film-actions.ts';

/** Removes films after asking once: nothing brings them back. */
export function DeleteFilms(props: { ids: string[]; titles: string[]; onDone: () => void; className?: string }) {
  const { ids, titles } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, start] = useTransition();
  const [refused, setRefused] = useState<string | null>(null);
  const many = ids.length > 1;
  const remove = () =>
    start(async () => {
      const { refused: sentence } = await bulkAction(ids, 'delete').catch(() => ({
        refused: 'The site does not answer. What was not deleted yet stands as it was.',
      }));
      setRefused(sentence);
      if (sentence !== null) return;
      dialog.current?.close();
      props.onDone();
    });
  return (
    <>
      <button
        type="button"
        className={`control text-lost ${props.className ?? ''}`}
        onClick={() => dialog.current?.showModal()}
      >
        Delete
      </button>
      <dialog
        ref={dialog}
        aria-labelledby="delete-title"
        className="w-[min(28rem,calc(100vw-2rem))] rounded-control border border-line bg-ground p-6 text-left whitespace-normal backdrop:bg-shade"
      >
        <h2 id="delete-title" className="display text-28">
          {many ? `Delete ${ids.length} films?` : 'Delete this film?'}
        </h2>
        <p className="mt-3 text-16 text-quiet">
          {many ? `“${titles[0]}” and ${ids.length - 1} more` : `“${titles[0]}”`} with every version, all pictures and
          the uploaded {many ? 'files' : 'file'}. What is being made of {many ? 'them' : 'it'} stops. Nothing brings{' '}
          {many ? 'them' : 'it'} back.
        </p>
        <p role="alert" className="mt-3 text-14 text-lost">
          {refused}
        </p>
        <div className="mt-6 flex flex-wrap gap-3">
          <button type="button" className="control control-solid" disabled={busy} onClick={remove}>
            {busy ? 'Deleting' : many ? `Delete ${ids.length} films` : 'Delete the film'}
          </button>
          <button type="button" className="control" onClick={() => dialog.current?.close()}>
            Keep {many ? 'them' : 'it'}
          </button>
        </div>
      </dialog>
    </>
  );
}
