import type { EditedCue } from '@marquee/core/cue-edit';
import { cueTime } from '../../../view/cue-time.ts';
import { isSame } from './use-draft.ts';

/** Differing cues that are shown. */
const SHOWN = 4;

/** What somebody else stored meanwhile, and the two ways on. */
export function TrackClash(props: {
  mine: readonly EditedCue[];
  theirs: readonly EditedCue[];
  onMine: () => void;
  onTheirs: () => void;
}) {
  const known = new Map(props.mine.map((cue) => [cue.startMs, cue]));
  const differing = props.theirs.filter((cue) => {
    const mine = known.get(cue.startMs);
    return !mine || !isSame(mine, cue);
  });
  const more = differing.length - SHOWN;
  return (
    <div role="alert" className="mt-4 border-l-2 border-lost pl-4">
      <p className="text-16">
        Somebody else saved this track while you edited it. Nothing of yours is lost, or saved yet.
      </p>
      {differing.length > 0 && (
        <>
          <p className="mt-2 text-14 text-quiet">Theirs, where they differ from yours:</p>
          <ul className="figures mt-1 grid gap-1 text-14">
            {differing.slice(0, SHOWN).map((cue) => (
              <li key={cue.id} className="flex gap-3">
                <span className="text-quiet">{cueTime(cue.startMs)}</span>
                <span className="line-clamp-2 whitespace-pre-line">{cue.text}</span>
              </li>
            ))}
            {more > 0 && <li className="text-quiet">and {more} more</li>}
          </ul>
        </>
      )}
      <div className="mt-3 flex flex-wrap gap-3">
        <button type="button" className="control" onClick={props.onMine}>
          Save mine over it
        </button>
        <button type="button" className="control" onClick={props.onTheirs}>
          Take theirs; undo brings mine back
        </button>
      </div>
    </div>
  );
}
