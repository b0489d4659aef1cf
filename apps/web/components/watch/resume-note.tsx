'use client';

import { RotateCcw } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { formatLength } from '../../view/format.ts';

/** Long enough to read it and to decide, in milliseconds. */
const STAYS_MS = 20_000;

/**
 * Says that the film goes on where it was left, or begins where an address asks for, and offers its beginning. Its place
 * is kept.
 */
export function ResumeNote(props: { fromSec: number; isAsked: boolean; startOver: () => void; done: () => void }) {
  const { fromSec } = props;
  const done = useRef(props.done);
  done.current = props.done;
  useEffect(() => {
    if (fromSec === 0) return;
    const timer = setTimeout(() => done.current(), STAYS_MS);
    return () => clearTimeout(timer);
  }, [fromSec]);
  return (
    <div className="mt-2 flex min-h-11 items-center gap-3 px-4 text-14 sm:px-0 group-data-theatre/stage:sm:px-6">
      <p aria-live="polite" className="figures text-quiet">
        {fromSec > 0 && `${props.isAsked ? 'Begins' : 'Goes on'} at ${formatLength(fromSec)}.`}
      </p>
      {fromSec > 0 && (
        <button type="button" className="control control-bare px-3" onClick={props.startOver}>
          <RotateCcw size={18} aria-hidden /> Start over
        </button>
      )}
    </div>
  );
}
