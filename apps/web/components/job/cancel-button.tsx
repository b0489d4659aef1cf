'use client';

import { useRef, useState, useTransition } from 'react';
import { cancelJobAction } from '../../server/job-actions.ts';

/** Cancels a job after asking once: what was made of it is lost. */
export function CancelButton({ jobId, title }: { jobId: string; title: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, start] = useTransition();
  const [refused, setRefused] = useState<string | null>(null);
  const cancel = () =>
    start(async () => {
      const sentence = await cancelJobAction(jobId);
      setRefused(sentence);
      if (sentence === null) dialog.current?.close();
    });
  return (
    <>
      <button type="button" className="control" onClick={() => dialog.current?.showModal()}>
        Cancel
      </button>
      <dialog
        ref={dialog}
        aria-labelledby="cancel-title"
        className="w-[min(28rem,calc(100vw-2rem))] rounded-control border border-line bg-ground p-6 backdrop:bg-shade"
      >
        <h2 id="cancel-title" className="display text-28">
          Cancel this film?
        </h2>
        <p className="mt-3 text-16 text-quiet">
          The work on “{title}” stops within two seconds. What was made so far and the uploaded file are removed: to
          have the film after all, it has to be uploaded again.
        </p>
        {refused && (
          <p role="alert" className="mt-3 text-14 text-lost">
            {refused}
          </p>
        )}
        <div className="mt-6 flex flex-wrap gap-3">
          <button type="button" className="control control-solid" disabled={busy} onClick={cancel}>
            {busy ? 'Stopping' : 'Cancel the film'}
          </button>
          <button type="button" className="control" onClick={() => dialog.current?.close()}>
            Keep working
          </button>
        </div>
      </dialog>
    </>
  );
}
