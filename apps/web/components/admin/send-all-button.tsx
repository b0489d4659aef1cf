'use client';

import type { QueueName } from '@marquee/core/ports';
import { useRef } from 'react';
import { type SentBack, sendAllBackAction } from '../../server/queue-actions.ts';

/** Sends all letters of a queue back after asking once: what made them fail may still be there for all of them. */
export function SendAllButton(props: {
  name: QueueName;
  title: string;
  count: number;
  isIdle: boolean;
  send: (action: () => Promise<SentBack>) => Promise<boolean>;
}) {
  const { name, title, count, isIdle } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const sendAll = () => {
    dialog.current?.close();
    void props.send(() => sendAllBackAction(name));
  };
  return (
    <>
      <button
        type="button"
        className="control"
        disabled={!isIdle}
        onClick={() => dialog.current?.showModal()}
        aria-label={`Send all back: ${title}`}
      >
        Send all back
      </button>
      <dialog
        ref={dialog}
        aria-labelledby={`all-${name}`}
        className="w-[min(28rem,calc(100vw-2rem))] rounded-control border border-line bg-ground p-6 backdrop:bg-shade"
      >
        <h2 id={`all-${name}`} className="display text-28">
          Send all {count} back?
        </h2>
        <p className="mt-3 text-16 text-quiet">
          Every dead letter of “{title}” goes to its queue as new and is tried from the start. What still cannot be
          handled comes back here.
        </p>
        <div className="mt-6 flex flex-wrap gap-3">
          <button type="button" className="control control-solid" disabled={!isIdle} onClick={sendAll}>
            Send {count} back
          </button>
          <button type="button" className="control" onClick={() => dialog.current?.close()}>
            Leave them
          </button>
        </div>
      </dialog>
    </>
  );
}
