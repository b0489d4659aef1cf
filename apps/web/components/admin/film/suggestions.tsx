'use client';

import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import type { DescriptionDesk } from '../../../server/description-desk.ts';
import { retryTaskAction } from '../../../server/job-actions.ts';
import { type Proposal, proposalsOf, sourceWords, withProposals } from '../../../view/description-words.ts';
import { FIELD_NAMES, type FilmValues } from '../../../view/film-values.ts';

/** What may be written about the film, proposed from what is said in it. It goes into the form, and no further by itself. */
export function Suggestions(props: {
  desk: DescriptionDesk;
  values: FilmValues;
  onApply: (values: FilmValues) => void;
}) {
  const { desk, values, onApply } = props;
  const router = useRouter();
  const [words, setWords] = useState<{ text: string; isBad: boolean } | null>(null);
  const [busy, start] = useTransition();
  const { part, description } = desk;
  if (part === null) return null;

  const proposals = description ? proposalsOf(description.suggestions) : [];
  const isOpen = ({ field, text }: Proposal) => values[field].trim() !== text;
  const apply = ({ field, text }: Proposal) => {
    onApply({ ...values, [field]: text });
    setWords({ text: `${FIELD_NAMES[field]} is filled in. Save to keep it.`, isBad: false });
  };
  const applyAll = () => {
    const { values: filled, words: text } = withProposals(values, proposals, desk.fileTitle);
    onApply(filled);
    setWords({ text, isBad: false });
  };
  const again = () =>
    start(async () => {
      const refused = await retryTaskAction(part.jobId, part.taskId).catch(
        () => 'The site does not answer. Try again.',
      );
      setWords(refused === null ? null : { text: refused, isBad: true });
      router.refresh();
    });

  return (
    <section aria-labelledby="suggestions" className="border-b border-line pb-6">
      <h2 id="suggestions" className="display text-20">
        Suggestions
      </h2>
      {description && sourceWords(description) !== '' && (
        <p className="mt-1 max-w-[70ch] text-14 text-quiet">{sourceWords(description)}</p>
      )}
      {proposals.length > 0 && (
        <ul className="mt-3 divide-y divide-line">
          {proposals.map((proposal) => (
            <li key={proposal.field} className="grid grid-cols-[minmax(0,1fr)_auto] items-start gap-x-4 py-3">
              <div className="min-w-0">
                <h3 className="text-12 text-quiet">{FIELD_NAMES[proposal.field]}</h3>
                <p className="mt-0.5 text-14 leading-relaxed">{proposal.text}</p>
              </div>
              {/* Never disabled: whoever came by the keyboard would be thrown out of the list. */}
              <button
                type="button"
                className={`control px-4 ${isOpen(proposal) ? '' : 'control-bare text-quiet'}`}
                aria-disabled={!isOpen(proposal)}
                onClick={() => apply(proposal)}
              >
                {isOpen(proposal) ? 'Apply' : 'Applied'}
                <span className="sr-only"> the {FIELD_NAMES[proposal.field].toLowerCase()}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {(desk.isMaking || desk.fault || description?.skipped) && (
        <div className="mt-2 grid max-w-[70ch] gap-1 text-14 text-quiet">
          {desk.isMaking && <p>{desk.fault ? 'They are tried again by themselves.' : 'They are being made.'}</p>}
          {desk.fault && <p>{desk.fault}</p>}
          {!desk.isMaking && description?.skipped && <p>{description.skipped}</p>}
        </div>
      )}
      <div className="mt-3 flex flex-wrap items-center gap-3">
        {proposals.length > 1 && (
          <button type="button" className="control" onClick={applyAll}>
            Apply all
          </button>
        )}
        <button type="button" className="control control-bare" disabled={busy || desk.isMaking} onClick={again}>
          Suggest again
        </button>
        <p role="status" className={`min-w-0 text-14 ${words?.isBad ? 'text-lost' : 'text-quiet'}`}>
          {words?.text}
        </p>
      </div>
    </section>
  );
}
