'use client';

import type { QueueName } from '@marquee/core/ports';
import type { Letter } from '../../server/dead-desk.ts';
import type { SentBack } from '../../server/queue-actions.ts';
import { queueTitle } from '../../view/queue-name.ts';
import { useTimeZone } from '../job/use-time-zone.ts';
import { DeadLetterRow } from './dead-letter-row.tsx';
import { letterSectionId } from './queue-table.tsx';
import { SendAllButton } from './send-all-button.tsx';

/** Tells letters of all queues apart. */
export function letterKey({ queue, id }: Letter): string {
  return `${queue} ${id}`;
}

/** The dead letters of one queue, oldest first. */
export function DeadQueue(props: {
  name: QueueName;
  letters: Letter[];
  /** All there are, also those that are not shown. */
  count: number;
  shownLetters: number;
  nowMs: number;
  chosen: ReadonlySet<string>;
  choose: (letters: Letter[], on: boolean) => void;
  isIdle: boolean;
  sendSome: (letters: Letter[]) => Promise<boolean>;
  send: (action: () => Promise<SentBack>) => Promise<boolean>;
}) {
  const { name, letters, chosen, choose } = props;
  const timeZone = useTimeZone();
  const title = queueTitle(name);
  const count = Math.max(props.count, letters.length);
  const chosenHere = letters.filter((letter) => chosen.has(letterKey(letter))).length;
  const isAll = chosenHere === letters.length;
  return (
    <section id={letterSectionId(name)} aria-labelledby={`${letterSectionId(name)}-title`} className="mt-8 scroll-mt-4">
      <div className="flex min-h-14 items-center border-b border-line">
        <label className="flex size-11 shrink-0 cursor-pointer items-center">
          <input
            type="checkbox"
            className="size-5 cursor-pointer accent-ink"
            checked={isAll}
            ref={(box) => {
              if (box) box.indeterminate = chosenHere > 0 && !isAll;
            }}
            onChange={(event) => choose(letters, event.target.checked)}
          />
          <span className="sr-only">Choose all shown of {title}</span>
        </label>
        <h3 id={`${letterSectionId(name)}-title`} className="figures mr-auto text-16 font-medium">
          {title} <span className="ml-1 font-normal text-quiet">{count}</span>
        </h3>
        {count > 1 && <SendAllButton name={name} title={title} count={count} isIdle={props.isIdle} send={props.send} />}
      </div>
      <ul>
        {letters.map((letter) => (
          <DeadLetterRow
            key={letter.id}
            letter={letter}
            nowMs={props.nowMs}
            timeZone={timeZone}
            isChosen={chosen.has(letterKey(letter))}
            onChoose={(on) => choose([letter], on)}
            isIdle={props.isIdle}
            onSend={() => void props.sendSome([letter])}
          />
        ))}
      </ul>
      {letters.length >= props.shownLetters && count > letters.length && (
        <p className="figures mt-3 pl-11 text-14 text-quiet">
          The oldest {letters.length} of {count} are shown.
        </p>
      )}
    </section>
  );
}
