import type { EditedCue } from '@marquee/core/cue-edit';
import { TriangleAlert } from 'lucide-react';
import { memo, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { cueTime } from '../../../view/cue-time.ts';

/** All rows are as high, so that those in sight follow from where the list is. */
const ROW_PX = 64;
/** Rows that stand ready beyond the edges. */
const SPARE_ROWS = 8;

interface Props {
  cues: readonly EditedCue[];
  warnings: readonly string[][];
  chosenId: number | null;
  /** On the screen now. */
  shownId: number | null;
  /** The list goes with the film, rather than with the choice. */
  isFollowing: boolean;
  choose: (id: number) => void;
  chooseBy: (places: number) => void;
  /** Goes to the words of the chosen cue. */
  write: () => void;
}

/** All cues of a track, of which only those in sight are there. */
export function CueList(props: Props) {
  const { cues, warnings, chosenId, shownId, isFollowing } = props;
  const list = useRef<HTMLDivElement>(null);
  const [heightPx, setHeightPx] = useState(ROW_PX * 12);
  const [topPx, setTopPx] = useState(0);
  useLayoutEffect(() => {
    const watch = new ResizeObserver(([entry]) => setHeightPx(entry?.contentRect.height ?? 0));
    if (list.current) watch.observe(list.current);
    return () => watch.disconnect();
  }, []);

  const chosenAt = cues.findIndex(({ id }) => id === chosenId);
  const followAt = isFollowing ? cues.findIndex(({ id }) => id === shownId) : chosenAt;
  useEffect(() => {
    const element = list.current;
    if (!element || followAt < 0) return;
    const [fromPx, toPx] = [followAt * ROW_PX, (followAt + 1) * ROW_PX];
    // One more row on either side says that the list goes on.
    if (fromPx < element.scrollTop + ROW_PX) element.scrollTop = fromPx - ROW_PX;
    else if (toPx > element.scrollTop + element.clientHeight - ROW_PX)
      element.scrollTop = toPx - element.clientHeight + ROW_PX;
  }, [followAt]);

  const first = Math.max(0, Math.floor(topPx / ROW_PX) - SPARE_ROWS);
  const end = Math.min(cues.length, Math.ceil((topPx + heightPx) / ROW_PX) + SPARE_ROWS);
  const rows = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  // It is named as the active one, so it has to be there.
  if (chosenAt >= 0 && (chosenAt < first || chosenAt >= end)) rows.push(chosenAt);
  const pageRows = Math.max(1, Math.floor(heightPx / ROW_PX) - 1);
  const places: Record<string, number> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: pageRows,
    PageUp: -pageRows,
    Home: -cues.length,
    End: cues.length,
  };

  return (
    <div
      ref={list}
      role="listbox"
      aria-label="Cues"
      tabIndex={0}
      aria-activedescendant={chosenAt >= 0 ? rowId(chosenId) : undefined}
      onScroll={({ currentTarget }) => setTopPx(currentTarget.scrollTop)}
      onKeyDown={(event) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return;
        const by = places[event.key];
        if (by === undefined && event.key !== 'Enter') return;
        event.preventDefault();
        if (by === undefined) props.write();
        else props.chooseBy(by);
      }}
      className="relative max-h-[60dvh] overflow-y-auto overscroll-contain border-y border-line lg:max-h-full"
    >
      <div style={{ height: cues.length * ROW_PX }} role="presentation">
        {rows.map((at) => {
          const cue = cues[at] as EditedCue;
          return (
            <Row
              key={cue.id}
              cue={cue}
              at={at}
              count={cues.length}
              warnings={warnings[at]?.length ?? 0}
              isChosen={cue.id === chosenId}
              isShown={cue.id === shownId}
              choose={props.choose}
            />
          );
        })}
      </div>
    </div>
  );
}

function rowId(id: number | null): string {
  return `cue-${id}`;
}

interface RowProps {
  cue: EditedCue;
  at: number;
  count: number;
  warnings: number;
  isChosen: boolean;
  isShown: boolean;
  choose: (id: number) => void;
}

const Row = memo(function Row({ cue, at, count, warnings, isChosen, isShown, choose }: RowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys go to the list, which names its active row.
    // biome-ignore lint/a11y/useFocusableInteractive: as above.
    <div
      id={rowId(cue.id)}
      role="option"
      aria-selected={isChosen}
      aria-setsize={count}
      aria-posinset={at + 1}
      onClick={() => choose(cue.id)}
      style={{ top: at * ROW_PX, height: ROW_PX }}
      className={`absolute inset-x-0 grid cursor-pointer grid-cols-[4.75rem_minmax(0,1fr)_auto] items-center gap-3 border-l-2 pr-3 pl-3 ${at < count - 1 ? 'border-b border-b-line' : ''} ${
        isChosen ? 'border-l-ink bg-raised' : 'border-l-transparent hover:bg-raised/60'
      }`}
    >
      <span className="figures flex flex-col text-12 leading-5 text-quiet">
        <span className="flex items-center gap-1.5">
          {cueTime(cue.startMs).slice(0, -2)}
          {isShown && <span className="bulb-dot shrink-0" aria-hidden />}
        </span>
        <span>{((cue.endMs - cue.startMs) / 1000).toFixed(1)} s</span>
      </span>
      <span className="line-clamp-2 text-14 whitespace-pre-line">
        {cue.text.replaceAll(/<[^<>]*>/g, '') || <span className="text-quiet">No words yet</span>}
      </span>
      {warnings > 0 && (
        <span className="flex items-center gap-1 text-12 text-lost">
          <TriangleAlert size={14} aria-hidden />
          <span aria-hidden>{warnings}</span>
          <span className="sr-only">{warnings === 1 ? '1 warning' : `${warnings} warnings`}</span>
        </span>
      )}
    </div>
  );
});
