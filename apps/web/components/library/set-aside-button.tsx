'use client';

import { X } from 'lucide-react';
import { useState, useTransition } from 'react';
import { setAsideAction } from '../../server/library-actions.ts';

/** Takes a film off what is being watched. */
export function SetAsideButton({ title, name }: { title: string; name: string }) {
  const [isBusy, start] = useTransition();
  const [hasFailed, setHasFailed] = useState(false);
  const label = hasFailed ? `${name} could not be taken away. Try again.` : `Take ${name} off what you are watching`;
  return (
    <button
      type="button"
      disabled={isBusy}
      aria-label={label}
      title={label}
      onClick={() =>
        start(async () => {
          const answer = await setAsideAction(title).catch(() => null);
          setHasFailed(!answer?.ok);
        })
      }
      className={`control control-bare -mr-3 shrink-0 px-3 ${hasFailed ? 'text-lost' : 'text-quiet'}`}
    >
      <X size={18} aria-hidden />
    </button>
  );
}
