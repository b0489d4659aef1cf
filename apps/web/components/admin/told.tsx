'use client';

import { useState } from 'react';
import type { Told as Words } from '../../server/user-actions.ts';

/** What became of a click, and a link (or `what` else) to hand on where one was made. Keeps its height, so that nothing jumps. */
export function Told({ told, what = 'The link' }: { told: Words | null; what?: string }) {
  const [copied, setCopied] = useState<string | null>(null);
  return (
    <div aria-live="polite" className="min-h-11">
      {told && <p className={`py-3 text-14 ${told.ok ? '' : 'text-lost'}`}>{told.says}</p>}
      {told?.link && (
        <p className="flex flex-wrap items-center gap-2">
          <input
            readOnly
            aria-label={what}
            value={told.link}
            onFocus={(event) => event.currentTarget.select()}
            className="field max-w-xl text-14"
          />
          <button
            type="button"
            className="control"
            onClick={() => navigator.clipboard.writeText(told.link as string).then(() => setCopied(told.link ?? null))}
          >
            {copied === told.link ? 'Copied' : 'Copy'}
          </button>
        </p>
      )}
    </div>
  );
}
