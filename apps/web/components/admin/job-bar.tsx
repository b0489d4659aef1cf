'use client';

import { useRef, useState, useTransition } from 'react';
import { type JobWork, jobsAction } from '../../server/job-actions.ts';
import type { JobRow } from '../../server/job-list.ts';

type Doing = Exclude<JobWork, 'cancel'>;

const DOINGS: { work: Doing; name: string; done: string }[] = [
  { work: 'retry', name: 'Retry', done: 'started again' },
  { work: 'ahead', name: 'Put ahead', done: 'ahead of others now' },
  { work: 'inTurn', name: 'In turn', done: 'in turn now' },
  { work: 'behind', name: 'Put behind', done: 'behind others now' },
];

/** What can be done to the chosen jobs, in a bar from below; it says afterwards what became of them. */
export function JobBar({ chosen, onDone }: { chosen: JobRow[]; onDone: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, start] = useTransition();
  const [words, setWords] = useState<{ text: string; isBad: boolean } | null>(null);
  const count = (jobs: number) => (jobs === 1 ? 'One job' : `${jobs} jobs`);

  const run = (work: JobWork, became: string) =>
    start(async () => {
      const { done, refused } = await jobsAction(
        chosen.map(({ id }) => id),
        work,
      ).catch(() => ({ done: 0, refused: 'The site does not answer. Try again.' }));
      const text = done === 0 ? '' : `${count(done)} ${done === 1 ? 'is' : 'are'} ${became}. `;
      setWords({ text: `${text}${refused ?? ''}`.trim(), isBad: refused !== null });
      dialog.current?.close();
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
          aria-label="Chosen jobs"
          className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line-strong bg-ground py-3 max-sm:px-4"
        >
          <p className="figures text-14 max-sm:w-full sm:mr-3">{count(chosen.length)} chosen</p>
          {DOINGS.map(({ work, name, done }) => (
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
          <button
            type="button"
            className="control max-sm:px-3"
            disabled={busy}
            onClick={() => dialog.current?.showModal()}
          >
            Cancel
          </button>
        </section>
      )}
      <dialog
        ref={dialog}
        aria-labelledby="cancel-jobs"
        className="w-[min(28rem,calc(100vw-2rem))] rounded-control border border-line bg-ground p-6 backdrop:bg-shade"
      >
        <h2 id="cancel-jobs" className="display text-28">
          {chosen.length === 1 ? 'Cancel this job?' : `Cancel ${chosen.length} jobs?`}
        </h2>
        <p className="mt-3 line-clamp-3 text-14 text-quiet">{chosen.map(({ title }) => title).join(', ')}</p>
        <p className="mt-3 text-16 text-quiet">
          The work stops within two seconds. What was made so far and the uploaded files are removed: to have the films
          after all, they have to be uploaded again.
        </p>
        <div className="mt-6 flex flex-wrap gap-3">
          <button
            type="button"
            className="control control-solid"
            disabled={busy}
            onClick={() => run('cancel', 'cancelled')}
          >
            {busy ? 'Stopping' : chosen.length === 1 ? 'Cancel the job' : `Cancel ${chosen.length} jobs`}
          </button>
          <button type="button" className="control" onClick={() => dialog.current?.close()}>
            Keep working
          </button>
        </div>
      </dialog>
    </div>
  );
}
