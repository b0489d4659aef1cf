'use client';

import { type KeyboardEvent, useState } from 'react';

/** Which rows of a table are chosen. What was chosen and is no longer on the page is not acted upon. */
export interface Choice {
  chosen: string[];
  isChosen: (id: string) => boolean;
  choose: (ids: string[], on: boolean) => void;
  clear: () => void;
}

export function useChoice(ids: string[]): Choice {
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  return {
    chosen: ids.filter((id) => marked.has(id)),
    isChosen: (id) => marked.has(id),
    choose: (some, on) =>
      setMarked((before) => {
        const after = new Set(before);
        for (const id of some)
          if (on) after.add(id);
          else after.delete(id);
        return after;
      }),
    clear: () => setMarked(new Set()),
  };
}

/** Up and Down go from row to row, by the links that are marked as rows; Home and End to the first and the last. */
export function walkRows(event: KeyboardEvent<HTMLElement>): void {
  const links = [...event.currentTarget.querySelectorAll<HTMLAnchorElement>('a[data-row]')];
  const at = links.indexOf(document.activeElement as HTMLAnchorElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
  const link = next === undefined || at < 0 ? undefined : links[next];
  if (!link) return;
  event.preventDefault();
  link.focus();
}
