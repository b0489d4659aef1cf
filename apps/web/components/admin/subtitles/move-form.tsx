import { useState } from 'react';

/** No track is further off than this. */
const MOST_SEC = 36_000;

/** Moves all cues, where the track as a whole is early or late. */
export function MoveForm({ move }: { move: (byMs: number, isFromChosen: boolean) => void }) {
  const [typed, setTyped] = useState('');
  const [isFromChosen, setFromChosen] = useState(false);
  const sec = Number(typed.trim().replace(',', '.'));
  const isFit = typed.trim() !== '' && Number.isFinite(sec) && sec !== 0 && Math.abs(sec) <= MOST_SEC;
  return (
    <form
      aria-label="Move cues"
      className="mt-4 flex flex-wrap items-end gap-3 border-t border-line pt-4 text-14"
      onSubmit={(event) => {
        event.preventDefault();
        if (isFit) move(Math.round(sec * 1000), isFromChosen);
      }}
    >
      <label className="grid gap-1">
        Move by seconds, earlier with a minus
        <input
          className="field figures max-w-36"
          value={typed}
          inputMode="text"
          autoComplete="off"
          placeholder="-1.5"
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
      <label className="grid gap-1">
        Which
        <select
          className="field w-auto"
          value={isFromChosen ? 'chosen' : 'all'}
          onChange={({ target }) => setFromChosen(target.value === 'chosen')}
        >
          <option value="all">All cues</option>
          <option value="chosen">From this one on</option>
        </select>
      </label>
      <button type="submit" className="control" disabled={!isFit}>
        Move
      </button>
    </form>
  );
}
