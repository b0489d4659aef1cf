'use client';

import { RotateCcw } from 'lucide-react';
import Link from 'next/link';
import { useState } from 'react';
import type { Letter } from '../../server/dead-desk.ts';
import { formatClock } from '../../view/format.ts';

/** One dead letter: what it was about, why it died, and on request what it says. */
export function DeadLetterRow(props: {
  letter: Letter;
  nowMs: number;
  timeZone: string;
  isChosen: boolean;
  onChoose: (on: boolean) => void;
  isIdle: boolean;
  onSend: () => void;
}) {
  const { letter } = props;
  const name = letter.film ? `${letter.what} of ${letter.film.title}` : letter.what;
  const facts = [
    `died ${formatClock(letter.diedAtMs, props.nowMs, props.timeZone)}`,
    letter.deliveryCount === 1 ? 'tried once' : `tried ${letter.deliveryCount} times`,
  ];
  return (
    <li className="flex border-b border-line py-3">
      <label className="flex size-11 shrink-0 cursor-pointer items-start pt-0.5">
        <input
          type="checkbox"
          className="size-5 cursor-pointer accent-ink"
          checked={props.isChosen}
          onChange={(event) => props.onChoose(event.target.checked)}
        />
        <span className="sr-only">Choose {name}</span>
      </label>
      <div className="flex min-w-0 grow flex-wrap items-start gap-x-6 gap-y-2 sm:flex-nowrap">
        <div className="min-w-0 grow basis-full sm:basis-0">
          <p className="text-16 break-words">
            {letter.what}
            {letter.film && (
              <>
                {' '}
                <span className="text-quiet">of</span>{' '}
                <Link href={`/admin/jobs/${letter.film.jobId}`} className="underline underline-offset-4">
                  {letter.film.title}
                </Link>
              </>
            )}
          </p>
          <p className="mt-1 max-w-[75ch] text-14 break-words text-lost">{letter.reason}</p>
          <p className="figures mt-1 text-14 text-quiet">{facts.join(' · ')}</p>
          <LetterBody letter={letter} name={name} />
        </div>
        <button
          type="button"
          className="control shrink-0"
          disabled={!props.isIdle}
          onClick={props.onSend}
          aria-label={`Send back: ${name}`}
        >
          <RotateCcw size={16} aria-hidden /> Send back
        </button>
      </div>
    </li>
  );
}

/** What the letter says, fetched when it is opened. The box has one height, so that nothing moves when it fills. */
function LetterBody({ letter, name }: { letter: Letter; name: string }) {
  const [text, setText] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const read = async () => {
    try {
      const answer = await fetch(
        `/api/queues/letter?queue=${encodeURIComponent(letter.queue)}&id=${encodeURIComponent(letter.id)}`,
      );
      if (answer.ok) return setText(await answer.text());
      setFault(answer.status === 404 ? 'This letter is no longer here.' : 'It could not be read. Close and open it.');
    } catch {
      setFault('The site does not answer. Close and open it.');
    }
  };
  return (
    <details
      className="mt-1"
      onToggle={(event) => {
        setFault(null);
        if (event.currentTarget.open && text === null) void read();
      }}
    >
      <summary
        className="inline-flex min-h-11 items-center text-14 text-quiet hover:text-ink"
        aria-label={`Message: ${name}`}
      >
        <span className="underline decoration-line-strong underline-offset-4">Message</span>
      </summary>
      <p className="figures mb-2 text-12 break-all text-quiet">
        Queue {letter.queue} · letter {letter.id}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard. */}
      <section className="h-56 overflow-auto rounded-control bg-raised p-3" tabIndex={0} aria-label={`Text of ${name}`}>
        <pre className="text-12 whitespace-pre-wrap break-words">{fault ?? text ?? 'Fetching'}</pre>
      </section>
    </details>
  );
}
