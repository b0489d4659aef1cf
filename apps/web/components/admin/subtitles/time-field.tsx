import { useEffect, useId, useState } from 'react';
import { cueTime, readCueTime } from '../../../view/cue-time.ts';

/** What an arrow key moves a time by, and with shift. */
const STEP_MS = 100;
const LONG_STEP_MS = 1000;

interface Props {
  label: string;
  /** Whose time it is: what is half typed for one cue is not for the next. */
  cueId: number;
  valueMs: number;
  onChange: (ms: number) => void;
  /** Puts it where the film is. */
  here: { does: string; keys: string; act: () => void };
}

/** A moment of the film, typed or moved by the arrow keys. */
export function TimeField({ label, cueId, valueMs, onChange, here }: Props) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another cue is what it is for.
  useEffect(() => setTyped(null), [cueId]);
  const isWrong = typed !== null && readCueTime(typed) === null;
  const take = () => {
    const ms = typed === null ? null : readCueTime(typed);
    if (ms === null) return;
    setTyped(null);
    if (ms !== valueMs) onChange(ms);
  };
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className="text-14">
        {label}
      </label>
      <div className="flex">
        <input
          id={id}
          className="field figures rounded-r-none"
          value={typed ?? cueTime(valueMs)}
          inputMode="decimal"
          autoComplete="off"
          spellCheck={false}
          aria-invalid={isWrong}
          aria-describedby={isWrong ? `${id}-wrong` : undefined}
          onChange={(event) => setTyped(event.target.value)}
          onBlur={take}
          onKeyDown={(event) => {
            const { key, altKey, ctrlKey, metaKey, shiftKey } = event;
            // What comes next, such as saving, is meant for what stands in the field.
            if (key === 'Enter' || altKey || ctrlKey || metaKey) return take();
            if (key !== 'ArrowUp' && key !== 'ArrowDown') return;
            event.preventDefault();
            const byMs = (shiftKey ? LONG_STEP_MS : STEP_MS) * (key === 'ArrowUp' ? 1 : -1);
            const fromMs = typed === null ? valueMs : (readCueTime(typed) ?? valueMs);
            setTyped(null);
            onChange(Math.max(0, fromMs + byMs));
          }}
        />
        <button
          type="button"
          className="control rounded-l-none border-l-0 px-3"
          aria-label={`${label} here`}
          title={`${here.does} (${here.keys})`}
          onClick={here.act}
        >
          Here
        </button>
      </div>
      {isWrong && (
        <p id={`${id}-wrong`} className="text-14 text-lost">
          Write a time such as 00:01:02.500.
        </p>
      )}
    </div>
  );
}
