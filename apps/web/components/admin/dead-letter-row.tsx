'use client';

import { ChevronDown, RotateCcw } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useId, useState } from 'react';
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
      <div className="grid min-w-0 grow grid-cols-[1fr_auto] gap-x-6">
        <div className="min-w-0 max-sm:col-span-2">
          <p className="text-16">
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
          <p className="mt-1 max-w-[75ch] text-14 text-lost">{letter.reason}</p>
          <p className="figures mt-1 text-14 text-quiet">{facts.join(' · ')}</p>
        </div>
        <LetterBody letter={letter} name={name}>
          <button
            type="button"
            className="control col-start-2 row-start-1 self-start max-sm:row-start-2 max-sm:mt-2"
            disabled={!props.isIdle}
            onClick={props.onSend}
            aria-label={`Send back: ${name}`}
          >
            <RotateCcw size={16} aria-hidden /> Send back
          </button>
        </LetterBody>
      </div>
    </li>
  );
}

/**
 * What the letter says, fetched when it is opened; `children` stand beside what opens it. The box has one height, so
 * that nothing moves when it fills.
 */
function LetterBody({ letter, name, children }: { letter: Letter; name: string; children: ReactNode }) {
  const [text, setText] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [isOpen, setOpen] = useState(false);
  const boxId = useId();
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
  const toggle = () => {
    setFault(null);
    setOpen(!isOpen);
    if (!isOpen && text === null) void read();
  };
  return (
    <>
      <button
        type="button"
        className="col-start-1 inline-flex min-h-11 row-start-2 items-center gap-1.5 justify-self-start text-14 text-quiet hover:text-ink max-sm:mt-2"
        aria-expanded={isOpen}
        aria-controls={boxId}
        aria-label={`Message: ${name}`}
        onClick={toggle}
      >
        Message
        <ChevronDown size={16} aria-hidden className={isOpen ? 'rotate-180' : ''} />
      </button>
      {children}
      <div id={boxId} hidden={!isOpen} className="col-span-2 mt-1 min-w-0">
        <p className="figures mb-2 text-12 break-all text-quiet">
          Queue {letter.queue} · letter {letter.id}
        </p>
        <section
          className="h-56 overflow-auto rounded-control bg-raised p-3"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reachable by keyboard.
          tabIndex={0}
          aria-label={`Text of ${name}`}
        >
          <pre className="text-12 whitespace-pre-wrap">{fault ?? text ?? 'Fetching'}</pre>
        </section>
      </div>
    </>
  );
}
