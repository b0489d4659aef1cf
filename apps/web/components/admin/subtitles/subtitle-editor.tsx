'use client';

import * as edit from '@marquee/core/cue-edit';
import { warningsOf } from '@marquee/core/cue-warnings';
import { ChevronLeft, Keyboard, Redo2, Undo2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import type { TrackDesk } from '../../../server/subtitle-edit.ts';
import { cueTime } from '../../../view/cue-time.ts';
import { KeysDialog } from '../../watch/keys-dialog.tsx';
import { CueList } from './cue-list.tsx';
import { CuePanel, Do } from './cue-panel.tsx';
import { type Command, commandOf, EDITOR_KEYS, readable } from './editor-keys.ts';
import { FilmClock } from './film-clock.ts';
import { TrackClash } from './track-clash.tsx';
import { type Saving, useDraft } from './use-draft.ts';
import { useLeaveGuard } from './use-leave-guard.ts';

const Preview = dynamic(() => import('./preview.tsx').then((module) => module.Preview), {
  ssr: false,
  loading: () => <div className="aspect-video bg-[oklch(0_0_0)]" />,
});
const CueStrip = dynamic(() => import('./preview.tsx').then((module) => module.CueStrip), {
  ssr: false,
  loading: () => <div className="h-11 border-y border-line" />,
});

/** One step through the film, in milliseconds. */
const STEP_MS = 1000;
const KEY_MAP = EDITOR_KEYS.map(({ keys, does }) => ({ keys: keys.map(readable), does }));
const ORIGINS = {
  file: 'Subtitles from the film’s file',
  heard: 'Subtitles heard by a machine',
  read: 'Subtitles read off pictures by a machine',
  translated: 'Subtitles translated by a machine',
  upload: 'Uploaded subtitles',
};

/** Edits a text track of a film, with the film beside it. @param baseUrl of its stream; null while nothing can be played */
export function SubtitleEditor({ desk, baseUrl }: { desk: TrackDesk; baseUrl: string | null }) {
  const { film, track } = desk;
  const router = useRouter();
  const work = useDraft(desk);
  const { draft, saving } = work;
  const { cues, chosenId } = draft;
  const words = useRef<HTMLTextAreaElement>(null);
  const [clock] = useState(() => new FilmClock());
  const [said, say] = useState('');
  const [isMapOpen, setMapOpen] = useState(false);
  useLeaveGuard(work.isDirty);

  const warnings = useMemo(() => warningsOf(cues, film.durationMs), [cues, film.durationMs]);
  const at = cues.findIndex(({ id }) => id === chosenId);
  const cue = cues[at] ?? null;
  const shownId = useSyncExternalStore(
    clock.subscribe,
    () => edit.cueAt(cues, clock.atMs())?.id ?? null,
    () => null,
  );
  const isPlaying = useSyncExternalStore(clock.subscribe, clock.isPlaying, () => false);

  /** The film goes along with what is chosen, unless it is playing. */
  const choose = (next: (draft: edit.Draft) => edit.Draft) => {
    work.choose(next);
    const now = work.now();
    const chosen = edit.chosenCue(now);
    if (!chosen) return;
    if (!clock.isPlaying()) clock.seek(chosen.startMs);
    say(`Cue ${now.cues.indexOf(chosen) + 1} of ${now.cues.length}, at ${cueTime(chosen.startMs)}.`);
  };
  const chooseId = (id: number) => choose((now) => ({ ...now, chosenId: id }));
  /** @param otherwise said where nothing could be done */
  const apply = (next: (draft: edit.Draft) => edit.Draft, done: string, otherwise: string) => {
    const before = work.now();
    work.apply(next);
    say(work.now() === before ? otherwise : done);
  };
  /** Goes on writing at a place of the words, as they are by now: no letter that follows at once may be lost. */
  const writeAt = (place: 'start' | 'end') => {
    flushSync(() => undefined);
    const element = words.current;
    const to = place === 'start' ? 0 : (element?.value.length ?? 0);
    element?.focus();
    element?.setSelectionRange(to, to);
  };
  const setTime = (patch: { startMs: number } | { endMs: number }, done: string) =>
    apply((now) => edit.change(now, patch), done, '');

  const isHeldUp = saving.state === 'saving' || saving.state === 'clash';
  const commands: Record<Command, () => void> = {
    playOrPause: () => clock.toggle(),
    playCue: () => {
      const chosen = edit.chosenCue(work.now());
      if (chosen) clock.playRange(chosen.startMs, chosen.endMs);
    },
    back: () => clock.seek(clock.atMs() - STEP_MS),
    on: () => clock.seek(clock.atMs() + STEP_MS),
    previous: () => choose((now) => edit.chooseBy(now, -1)),
    next: () => choose((now) => edit.chooseBy(now, 1)),
    chooseHere: () => {
      const here = edit.cueAt(work.now().cues, clock.atMs());
      if (here) work.choose((now) => ({ ...now, chosenId: here.id }));
      say(here ? `Cue ${work.now().cues.indexOf(here) + 1}.` : 'No cue is on the screen.');
    },
    nextWarning: () => {
      const found = warnings.flatMap((each, i) => (each.length > 0 ? [i] : []));
      const next = cues[found.find((i) => i > at) ?? found[0] ?? -1];
      if (next) chooseId(next.id);
      else say('There are no warnings.');
    },
    startHere: () => setTime({ startMs: clock.atMs() }, `Begins at ${cueTime(clock.atMs())}.`),
    endHere: () => setTime({ endMs: clock.atMs() }, `Ends at ${cueTime(clock.atMs())}.`),
    splitText: () => {
      const place = words.current?.selectionStart ?? 0;
      apply((now) => edit.split(now, { at: place }), 'Split in two.', 'This cue has no time that could be split.');
      writeAt('start');
    },
    splitHere: () => {
      const atMs = clock.atMs();
      apply((now) => edit.split(now, { atMs }), 'Split in two.', 'The film is not within this cue.');
    },
    merge: () => {
      apply(edit.mergeWithNext, 'Merged with the next cue.', 'There is no cue after this one.');
      writeAt('end');
    },
    breakLines: () => apply(edit.breakChosen, 'Lines are broken anew.', ''),
    add: () => {
      apply((now) => edit.add(now, clock.atMs()), 'A new cue.', '');
      writeAt('start');
    },
    remove: () => apply(edit.remove, 'The cue is removed.', 'There is no cue to remove.'),
    undo: () => {
      work.undo();
      say('Undone.');
    },
    redo: () => {
      work.redo();
      say('Done again.');
    },
    save: () => {
      if (!work.hasChanges()) say('There is nothing to save.');
      else if (!isHeldUp) void work.save();
    },
    keys: () => setMapOpen(true),
  };
  const run = (command: Command) => commands[command]();
  const latestRun = useRef(run);
  latestRun.current = run;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = commandOf(event);
      if (command === null) return;
      event.preventDefault();
      latestRun.current(command);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);

  const goBack = async () => {
    if (!confirm('Take back all that was edited in this track? What it was made from is shown again.')) return;
    const refusal = await work.goBack();
    if (refusal === null) router.push(`/admin/films/${film.id}`);
    else say(refusal);
  };
  const warned = warnings.filter((each) => each.length > 0).length;

  return (
    <>
      <Link
        href={`/admin/films/${film.id}`}
        className="-ml-1 inline-flex min-h-11 max-w-full items-center gap-1 text-14 text-quiet hover:text-ink"
      >
        <ChevronLeft size={18} className="shrink-0" aria-hidden /> <span className="truncate">{film.title}</span>
      </Link>
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3 bg-ground pb-3 lg:sticky lg:top-0 lg:z-20">
        <div className="min-w-0">
          <h1 className="display text-28">{track.label}</h1>
          <p className="figures mt-1 text-14 text-quiet">
            {[
              track.origin ? ORIGINS[track.origin] : 'Subtitles',
              ...(work.isEdited ? ['edited'] : []),
              cues.length === 1 ? '1 cue' : `${cues.length} cues`,
              warned === 0 ? 'no warnings' : `${warned} with warnings`,
            ].join(' · ')}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <p className={`mr-1 text-14 ${saving.state === 'refused' ? 'text-lost' : 'text-quiet'}`} role="status">
            {savingWords(saving, work.isDirty)}
          </p>
          <Do command="undo" run={run} label="Undo" disabled={!work.canUndo} className="control-bare px-3">
            <Undo2 size={20} aria-hidden />
          </Do>
          <Do command="redo" run={run} label="Redo" disabled={!work.canRedo} className="control-bare px-3">
            <Redo2 size={20} aria-hidden />
          </Do>
          <Do command="keys" run={run} label="The keyboard" className="control-bare px-3">
            <Keyboard size={20} aria-hidden />
          </Do>
          {work.isEdited && track.hasOriginal && (
            <button type="button" className="control" onClick={() => void goBack()}>
              Go back to the original
            </button>
          )}
          <Do command="save" run={run} disabled={!work.isDirty || isHeldUp} className="control-solid px-6">
            {saving.state === 'saving' ? 'Saving' : 'Save'}
          </Do>
        </div>
      </div>
      {saving.state === 'clash' && (
        <TrackClash
          mine={cues}
          theirs={saving.theirs.cues}
          onMine={() => void work.save(saving.theirs.revision)}
          onTheirs={() => work.takeTheirs(saving.theirs)}
        />
      )}
      <div className="mt-1 grid gap-x-8 gap-y-4 lg:grid-cols-[minmax(0,1.25fr)_minmax(0,1fr)]">
        <div className="min-w-0">
          <div className="max-lg:sticky max-lg:top-0 max-lg:z-10 max-lg:bg-ground">
            {baseUrl === null ? (
              <p className="border-y border-line py-6 text-14 text-quiet">
                Nothing of the film can be played yet. Its subtitles can be edited all the same.
              </p>
            ) : (
              <Preview filmId={film.id} title={film.title} baseUrl={baseUrl} clock={clock} cues={cues} />
            )}
            <CueStrip clock={clock} cues={cues} chosenId={chosenId} choose={chooseId} />
          </div>
          <CuePanel
            cue={cue}
            language={track.language}
            place={at + 1}
            count={cues.length}
            warnings={warnings[at] ?? []}
            words={words}
            change={(patch, kind) => work.apply((now) => edit.change(now, patch), kind)}
            move={(byMs, isFromChosen) => {
              const which = isFromChosen ? 'This cue and all after it are' : 'All cues are';
              apply((now) => edit.shift(now, byMs, isFromChosen), `${which} moved by ${byMs / 1000} s.`, '');
            }}
            run={run}
          />
        </div>
        <div className="min-w-0 lg:sticky lg:top-21 lg:h-[calc(100dvh-6.5rem)] lg:max-h-[60rem]">
          <CueList
            cues={cues}
            warnings={warnings}
            chosenId={chosenId}
            shownId={shownId}
            isFollowing={isPlaying}
            choose={chooseId}
            chooseBy={(places) => choose((now) => edit.chooseBy(now, places))}
            write={() => writeAt('end')}
          />
        </div>
      </div>
      <p role="status" className="sr-only">
        {said}
      </p>
      <KeysDialog map={KEY_MAP} isOpen={isMapOpen} close={() => setMapOpen(false)} />
    </>
  );
}

function savingWords(saving: Saving, isDirty: boolean): string {
  if (saving.state === 'refused') return saving.sentence;
  if (saving.state === 'saving') return 'Saving';
  if (isDirty) return 'Not saved yet';
  return saving.state === 'saved' ? 'Saved. Viewers see it now.' : '';
}
