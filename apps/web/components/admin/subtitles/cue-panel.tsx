import type { EditedCue } from '@marquee/core/cue-edit';
import { charactersASec } from '@marquee/core/cue-warnings';
import { ChevronDown, ChevronUp, Play, TriangleAlert } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import { type Command, keysOf, shortcutOf } from './editor-keys.ts';
import { MoveForm } from './move-form.tsx';
import { TimeField } from './time-field.tsx';

interface Props {
  cue: EditedCue | null;
  /** BCP 47, for whatever reads or checks the words; empty where nobody knows. */
  language: string;
  /** Of the cue, from 1. */
  place: number;
  count: number;
  warnings: readonly string[];
  words: RefObject<HTMLTextAreaElement | null>;
  change: (patch: Partial<EditedCue>, kind: string | null) => void;
  move: (byMs: number, isFromChosen: boolean) => void;
  run: (command: Command) => void;
}

/** The cue that is worked on: its words, its times, what is wrong with it, and what can be done to it. */
export function CuePanel({ cue, language, place, count, warnings, words, change, move, run }: Props) {
  if (!cue)
    return (
      <div className="py-6">
        <p className="text-quiet">There are no cues.</p>
        <Do command="add" run={run} className="mt-4">
          New cue where the film is
        </Do>
      </div>
    );
  const speed = charactersASec(cue);
  return (
    <section aria-labelledby="cue-title" className="editor-panel pt-4">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <h2 id="cue-title" className="display figures mr-auto text-20">
          Cue {place} of {count}
        </h2>
        <Do command="previous" run={run} label="Cue before" className="control-bare px-3">
          <ChevronUp size={20} aria-hidden />
        </Do>
        <Do command="next" run={run} label="Next cue" className="control-bare px-3">
          <ChevronDown size={20} aria-hidden />
        </Do>
        <Do command="playCue" run={run} className="px-4">
          <Play size={16} aria-hidden /> Play this cue
        </Do>
      </div>
      <label className="mt-3 grid gap-1 text-14">
        Words
        <textarea
          ref={words}
          className="field min-h-24 resize-y py-2.5 leading-6"
          rows={3}
          value={cue.text}
          dir="auto"
          lang={language}
          aria-describedby="cue-facts cue-warnings"
          onChange={({ target }) => {
            const count = target.value.split(/\s+/).length;
            change({ text: target.value }, `words ${cue.id} ${count}`);
          }}
        />
      </label>
      <div className="mt-3 grid grid-cols-1 gap-3 sm:grid-cols-2">
        <TimeField
          label="Begins"
          cueId={cue.id}
          valueMs={cue.startMs}
          onChange={(startMs) => change({ startMs }, `start ${cue.id}`)}
          here={{ does: 'Begin where the film is', keys: keysOf('startHere'), act: () => run('startHere') }}
        />
        <TimeField
          label="Ends"
          cueId={cue.id}
          valueMs={cue.endMs}
          onChange={(endMs) => change({ endMs }, `end ${cue.id}`)}
          here={{ does: 'End where the film is', keys: keysOf('endHere'), act: () => run('endHere') }}
        />
      </div>
      <div className="mt-2 min-h-11 text-14">
        <p id="cue-facts" className="figures text-quiet">
          {((cue.endMs - cue.startMs) / 1000).toFixed(1)} s · {Math.round(speed)} characters a second
        </p>
        <ul id="cue-warnings" aria-label="Warnings">
          {warnings.map((warning) => (
            <li key={warning} className="flex items-start gap-2 text-lost">
              <TriangleAlert size={16} className="mt-0.5 shrink-0" aria-hidden /> {warning}
            </li>
          ))}
        </ul>
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <Do command="splitText" run={run} label="Split at the text cursor">
          Split
        </Do>
        <Do command="splitHere" run={run} label="Split here, where the film is">
          Split here
        </Do>
        <Do command="merge" run={run} label="Merge with the next cue">
          Merge
        </Do>
        <Do command="breakLines" run={run}>
          Break lines
        </Do>
        <Do command="add" run={run} label="New cue where the film is">
          New cue
        </Do>
        <Do command="remove" run={run} label="Remove this cue">
          Remove
        </Do>
        <label className="flex min-h-11 items-center gap-2 px-2 text-14">
          <input
            type="checkbox"
            className="size-5 accent-bulb"
            checked={cue.isTop}
            onChange={({ target }) => change({ isTop: target.checked }, null)}
          />
          At the top of the picture
        </label>
      </div>
      <MoveForm move={move} />
    </section>
  );
}

/** A button for a command, which also tells its keys. */
export function Do(props: {
  command: Command;
  run: (command: Command) => void;
  /** Where what stands on it says too little. */
  label?: string;
  disabled?: boolean;
  className?: string;
  children: ReactNode;
}) {
  const keys = keysOf(props.command);
  return (
    <button
      type="button"
      className={`control ${props.className ?? ''}`}
      aria-label={props.label}
      aria-keyshortcuts={shortcutOf(props.command)}
      title={`${props.label ?? ''} (${keys})`.trim()}
      disabled={props.disabled}
      // The words keep their cursor, which is where some of them work.
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => props.run(props.command)}
    >
      {props.children}
    </button>
  );
}
