'use client';

import type { QueueName } from '@marquee/core/ports';
import { useEffect, useRef, useState, useTransition } from 'react';
import type { Letter } from '../../server/dead-desk.ts';
import { type SentBack, sendBackAction } from '../../server/queue-actions.ts';
import type { QueuesSnapshot } from '../../server/queues.ts';
import { DeadQueue, letterKey } from './dead-queue.tsx';

/** What happened to letters that were sent back, in words. */
interface Outcome extends SentBack {
  /** Counts the attempts, so that the same words are said anew. */
  turn: number;
}

/** Messages that nobody could handle, by queue: to be read, and sent back one, some, or all. */
export function DeadLetters(props: {
  snapshot: QueuesSnapshot;
  letters: Letter[] | null;
  /** False while nothing can be sent back. */
  isWell: boolean;
  again: () => Promise<void>;
}) {
  const { snapshot, letters, isWell, again } = props;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [busy, start] = useTransition();
  const heading = useRef<HTMLHeadingElement>(null);
  /** True from a sending until the focus has found a place again: what it was on may be gone. */
  const hasSent = useRef(false);

  const listed = letters ?? [];
  const picked = listed.filter((letter) => chosen.has(letterKey(letter)));
  const queues = [...new Set(listed.map(({ queue }) => queue))];

  // biome-ignore lint/correctness/useExhaustiveDependencies: the letters are what takes the focused control away.
  useEffect(() => {
    if (!hasSent.current || busy) return;
    hasSent.current = false;
    if (document.activeElement === null || document.activeElement === document.body) heading.current?.focus();
  }, [letters, busy]);

  const choose = (some: Letter[], on: boolean) =>
    setChosen((before) => {
      const next = new Set(before);
      for (const letter of some) {
        if (on) next.add(letterKey(letter));
        else next.delete(letterKey(letter));
      }
      return next;
    });

  /** @returns whether all went well */
  const send = (action: () => Promise<SentBack>): Promise<boolean> =>
    new Promise((resolve) => {
      start(async () => {
        let sent: SentBack;
        try {
          sent = await action();
        } catch {
          sent = { moved: 0, refused: 'The site did not answer. Look whether they are still here, and try again.' };
        }
        hasSent.current = true;
        setOutcome((before) => ({ ...sent, turn: (before?.turn ?? 0) + 1 }));
        await again();
        resolve(sent.refused === null);
      });
    });

  const sendSome = (some: Letter[]) =>
    send(async () => {
      const sent = await sendBackAction(some.map(({ queue, id }) => ({ queue, id })));
      choose(some, false);
      return sent;
    });

  return (
    <section aria-labelledby="dead-letters" className="mt-12 border-t border-line pt-6 pb-24">
      <div className="flex flex-wrap items-baseline justify-between gap-x-6">
        <h2 id="dead-letters" ref={heading} tabIndex={-1} className="display text-28">
          Dead letters
        </h2>
        <p className="min-h-5 text-14 text-quiet" role="status">
          {outcome && <span key={outcome.turn}>{outcomeWords(outcome)}</span>}
        </p>
      </div>
      {outcome?.refused && (
        <p key={outcome.turn} role="alert" className="mt-2 max-w-[70ch] text-14 text-lost">
          {outcome.refused}
        </p>
      )}
      {listed.length === 0 ? (
        <Empty snapshot={snapshot} isKnown={letters !== null} />
      ) : (
        <>
          <p className="mt-2 max-w-[70ch] text-14 text-quiet">
            Nobody could handle these messages. Once the cause is mended, send them back: they go to their queue as new.
          </p>
          {queues.map((queue) => (
            <DeadQueue
              key={queue}
              name={queue}
              letters={listed.filter((letter) => letter.queue === queue)}
              count={countOf(snapshot, queue)}
              shownLetters={snapshot.shownLetters}
              nowMs={snapshot.readAtMs}
              chosen={chosen}
              choose={choose}
              isIdle={isWell && !busy}
              sendSome={sendSome}
              send={send}
            />
          ))}
        </>
      )}
      {picked.length > 0 && (
        <div className="fixed inset-x-0 bottom-0 z-20 border-t border-line-strong bg-raised py-3">
          <section
            aria-label="Chosen letters"
            className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-3 gap-y-2 px-4 sm:px-8 lg:px-12"
          >
            <p className="figures mr-auto text-14">{picked.length} chosen</p>
            <button type="button" className="control control-bare" onClick={() => setChosen(new Set())}>
              Choose none
            </button>
            <button
              type="button"
              className="control control-solid"
              disabled={!isWell || busy}
              onClick={() => void sendSome(picked)}
            >
              {busy ? 'Sending' : `Send ${picked.length} back`}
            </button>
          </section>
        </div>
      )}
    </section>
  );
}

function Empty({ snapshot, isKnown }: { snapshot: QueuesSnapshot; isKnown: boolean }) {
  const dead = snapshot.queues?.reduce((sum, { dead }) => sum + dead, 0) ?? 0;
  if (!isKnown) return <p className="mt-3 text-16 text-quiet">They can be read when the queue is back.</p>;
  if (dead > 0 && snapshot.trouble === null)
    return <p className="mt-3 text-16 text-quiet">They are being fetched from the queue.</p>;
  return (
    <>
      <p className="mt-3 text-20">No dead letters.</p>
      <p className="mt-2 max-w-[65ch] text-16 text-quiet">
        A message that nobody can handle, however often it is tried, comes to lie here with the reason. Once that is
        mended, it can be sent back.
      </p>
    </>
  );
}

function countOf(snapshot: QueuesSnapshot, queue: QueueName): number {
  return snapshot.queues?.find(({ name }) => name === queue)?.dead ?? 0;
}

function outcomeWords({ moved }: SentBack): string {
  if (moved === 0) return 'Nothing was sent back.';
  return moved === 1 ? 'One message was sent back.' : `${moved} messages were sent back.`;
}
