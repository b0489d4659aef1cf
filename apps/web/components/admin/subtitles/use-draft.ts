import type { Draft, EditedCue } from '@marquee/core/cue-edit';
import { amend, type History, newHistory, redo, step, undo } from '@marquee/core/history';
import { useCallback, useRef, useState } from 'react';
import type { TrackDesk, TrackSaved } from '../../../server/subtitle-edit.ts';

export type Saving =
  | { state: 'idle' | 'saving' | 'saved' }
  /** Nothing was stored, and nothing is lost. */
  | { state: 'refused'; sentence: string }
  /** Somebody else stored other words since the edit began. */
  | { state: 'clash'; theirs: TrackSaved };

/** The draft with its history, what of it is stored, and the way to store it. */
export function useDraft(desk: TrackDesk) {
  const [history, setHistory] = useState(() => newHistory(desk.draft));
  /** As it is now, for what comes before the next rendering: keys are pressed faster. */
  const latest = useRef(history);
  const [stored, setStored] = useState(desk.draft.cues);
  const latestStored = useRef(stored);
  const [basis, setBasis] = useState(desk.revision);
  const [isEdited, setEdited] = useState(desk.track.isEdited);
  const [saving, setSaving] = useState<Saving>({ state: 'idle' });

  const put = useCallback((next: History<Draft>) => {
    latest.current = next;
    setHistory(next);
  }, []);
  const apply = useCallback(
    (work: (draft: Draft) => Draft, kind: string | null = null) => {
      put(step(latest.current, work(latest.current.now), kind));
      setSaving((now) => (now.state === 'refused' ? { state: 'idle' } : now));
    },
    [put],
  );
  const choose = useCallback(
    (work: (draft: Draft) => Draft) => {
      const next = work(latest.current.now);
      if (next !== latest.current.now) put(amend(latest.current, next));
    },
    [put],
  );
  const keep = (cues: readonly EditedCue[], revision: string) => {
    latestStored.current = cues;
    setStored(cues);
    setBasis(revision);
  };
  const address = `/api/films/${desk.film.id}/subtitles`;

  const save = async (onBasis = basis) => {
    const sent = latest.current.now.cues;
    setSaving({ state: 'saving' });
    const cues = sent.map(({ id: _, ...cue }) => cue);
    const query = new URLSearchParams({ track: desk.track.name });
    const answer = await fetch(`${address}?${query}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ basis: onBasis, cues }),
    }).catch(() => null);
    const said = (await answer?.json().catch(() => null)) as (TrackSaved & { error?: { message?: string } }) | null;
    if (answer?.status === 409 && said) return setSaving({ state: 'clash', theirs: said });
    if (!answer?.ok || !said) {
      const sentence = said?.error?.message ?? 'The site does not answer. What you edited is still here.';
      return setSaving({ state: 'refused', sentence });
    }
    const now = named(said.cues, sent);
    keep(now, said.revision);
    setEdited(true);
    setSaving({ state: 'saved' });
    // What was typed meanwhile is kept, and is what is not stored yet.
    const { chosenId, cues: present } = latest.current.now;
    if (present === sent && now !== sent)
      put(amend(latest.current, { cues: now, chosenId: kept(chosenId, sent, now) }));
  };

  /** Puts what somebody else stored in the place of the draft, from which one can go back by undoing. */
  const takeTheirs = (theirs: TrackSaved) => {
    const { now } = latest.current;
    const cues = named(theirs.cues, now.cues);
    put(step(latest.current, { cues, chosenId: kept(now.chosenId, now.cues, cues) }));
    keep(cues, theirs.revision);
    setSaving({ state: 'idle' });
  };

  /** @returns a sentence if it was refused */
  const goBack = async (): Promise<string | null> => {
    const query = new URLSearchParams({ edit: desk.track.name });
    const answer = await fetch(`${address}?${query}`, { method: 'DELETE' }).catch(() => null);
    if (answer?.ok) return null;
    const said = (await answer?.json().catch(() => null)) as { error?: { message?: string } } | null;
    return said?.error?.message ?? 'The site does not answer. Try again.';
  };

  return {
    draft: history.now,
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    isDirty: history.now.cues !== stored,
    isEdited,
    saving,
    now: () => latest.current.now,
    /** Asked by what does not wait for the next rendering. */
    hasChanges: () => latest.current.now.cues !== latestStored.current,
    apply,
    choose,
    undo: () => put(undo(latest.current)),
    redo: () => put(redo(latest.current)),
    save,
    takeTheirs,
    goBack,
  };
}

/** Cues as they are stored, under the names that they have here; the very same list where nothing differs. */
function named(cues: readonly EditedCue[], here: readonly EditedCue[]): readonly EditedCue[] {
  const names = new Map<number, EditedCue>();
  for (const cue of here) if (!names.has(cue.startMs)) names.set(cue.startMs, cue);
  let freeId = here.reduce((highest, { id }) => Math.max(highest, id), 0) + 1;
  const found = cues.map((cue) => {
    const mine = names.get(cue.startMs);
    names.delete(cue.startMs);
    if (!mine) return { ...cue, id: freeId++ };
    return isSame(cue, mine) ? mine : { ...cue, id: mine.id };
  });
  return found.length === here.length && found.every((cue, i) => cue === here[i]) ? here : found;
}

export function isSame(a: EditedCue, b: EditedCue): boolean {
  return a.startMs === b.startMs && a.endMs === b.endMs && a.text === b.text && a.isTop === b.isTop;
}

/** The chosen cue, or where it is gone, the one that begins where it did or next. */
function kept(chosenId: number | null, before: readonly EditedCue[], now: readonly EditedCue[]): number | null {
  if (now.some(({ id }) => id === chosenId)) return chosenId;
  const fromMs = before.find(({ id }) => id === chosenId)?.startMs ?? 0;
  return (now.find(({ startMs }) => startMs >= fromMs) ?? now.at(-1))?.id ?? null;
}
