'use client';

import type { SkipKind, SkipSource, TypedSkip } from '@marquee/core/skips';
import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import type { FilmDesk } from '../../../server/film-edit.ts';
import { saveSkipsAction } from '../../../server/skip-actions.ts';

const KINDS: [kind: SkipKind, name: string][] = [
  ['intro', 'Opening titles'],
  ['credits', 'Credits'],
];
const SOURCES: Record<SkipSource, string> = {
  chapters: 'by the name of a chapter',
  sound: 'by sound that it shares with other episodes',
  picture: 'by letters on the screen',
};
const NOTHING: TypedSkip = { from: '', to: '' };

/** What viewers may pass over with a button: as it was found, and as people correct it. */
export function Skips({ desk }: { desk: FilmDesk }) {
  const { skips } = desk;
  const router = useRouter();
  const [typed, setTyped] = useState(skips.typed);
  const known = JSON.stringify(skips.typed);
  useEffect(() => setTyped(JSON.parse(known)), [known]);
  const [words, setWords] = useState<{ text: string; isBad: boolean } | null>(null);
  const [busy, start] = useTransition();
  const save = (value: typeof typed | null, done: string) =>
    start(async () => {
      const refused = await saveSkipsAction(desk.title.id, value).catch(() => 'The site does not answer. Try again.');
      setWords({ text: refused ?? done, isBad: refused !== null });
      if (refused === null) router.refresh();
    });
  const isEmpty = KINDS.every(([kind]) => typed[kind].from.trim() === '' && typed[kind].to.trim() === '');
  const change = (kind: SkipKind, part: Partial<TypedSkip>) =>
    setTyped({ ...typed, [kind]: { ...typed[kind], ...part } });
  return (
    <section aria-labelledby="skips" className="border-t border-line pt-6">
      <h2 id="skips" className="display text-20">
        Skip buttons
      </h2>
      <p className="mt-2 max-w-[60ch] text-14 text-quiet">{sentenceOf(desk)}</p>
      <form
        aria-label="Skip buttons"
        className="mt-4 grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          save(typed, isEmpty ? 'No buttons are shown.' : 'Saved.');
        }}
      >
        {KINDS.map(([kind, name]) => (
          <fieldset key={kind} className="grid grid-cols-2 gap-x-3 gap-y-1">
            <legend className="mb-1 text-14 font-medium">{name}</legend>
            <ClockField label="From" value={typed[kind].from} change={(from) => change(kind, { from })} />
            <ClockField label="To" value={typed[kind].to} change={(to) => change(kind, { to })} />
            <p className="col-span-2 text-14 text-quiet">{foundWords(desk, kind)}</p>
          </fieldset>
        ))}
        <div className="flex flex-wrap gap-3">
          <button type="submit" className="control" disabled={busy || JSON.stringify(typed) === known}>
            {busy ? 'Working' : 'Save times'}
          </button>
          {KINDS.some(([kind]) => skips.typed[kind].from !== '') && (
            <button
              type="button"
              className="control"
              disabled={busy}
              onClick={() => save({ intro: NOTHING, credits: NOTHING }, 'No buttons are shown.')}
            >
              Show none
            </button>
          )}
          {skips.isOwn && (
            <button
              type="button"
              className="control control-bare"
              disabled={busy}
              onClick={() => save(null, 'Times are as they were found.')}
            >
              As they were found
            </button>
          )}
        </div>
      </form>
      <p role="status" className={`min-h-5 text-14 ${words?.isBad ? 'text-lost' : 'text-quiet'}`}>
        {words?.text}
      </p>
    </section>
  );
}

function ClockField(props: { label: string; value: string; change: (value: string) => void }) {
  return (
    <label className="grid gap-1 text-14">
      {props.label}
      <input
        className="field figures"
        value={props.value}
        placeholder="0:00"
        inputMode="decimal"
        autoComplete="off"
        maxLength={20}
        onChange={(event) => props.change(event.target.value)}
      />
    </label>
  );
}

function sentenceOf({ skips }: FilmDesk): string {
  if (skips.isOwn) return 'Told by a person: a version that is made later keeps them.';
  if (skips.isMaking) return 'Being looked for. Nothing of the film waits for it.';
  if (skips.leftOut !== null) return `Not looked for. ${skips.leftOut}`;
  return 'The player offers to pass over these. Episodes of a series are compared as they come.';
}

function foundWords({ skips }: FilmDesk, kind: SkipKind): string {
  const found = skips.found[kind];
  return found ? `Found ${SOURCES[found.by]}, ${Math.round(found.confidence * 100)} % sure.` : 'Not found.';
}
