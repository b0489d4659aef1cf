'use client';

import { useEffect } from 'react';

/** How much of its width a list is moved by a press on its button. */
const SCROLL_SHARE = 0.85;
/** Items whose tops differ by less stand on one line. */
const LINE_PX = 8;

/** Moves among lists marked `data-row`: Left and Right within one, Up and Down to what stands above and below. */
export function RowKeys() {
  useEffect(() => {
    addEventListener('keydown', onKey);
    addEventListener('click', onClick);
    return () => {
      removeEventListener('keydown', onKey);
      removeEventListener('click', onClick);
    };
  }, []);
  return null;
}

function onKey(event: KeyboardEvent): void {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const here = (event.target as Element).closest<HTMLElement>('[data-row] a, [data-row] button');
  const row = here?.closest('[data-row]');
  if (!here || !row) return;
  const next = target(event.key, here, row);
  if (!next) return;
  event.preventDefault();
  next.focus({ preventScroll: true });
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  next.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: isStill ? 'auto' : 'smooth' });
}

function target(key: string, here: HTMLElement, row: Element): HTMLElement | undefined {
  const items = itemsOf(row);
  const at = items.indexOf(here);
  if (key === 'ArrowRight') return items[at + 1];
  if (key === 'ArrowLeft') return items[at - 1];
  if (key === 'Home') return items[0];
  if (key === 'End') return items.at(-1);
  if (key === 'ArrowDown') return onNextLine(here, 1);
  return key === 'ArrowUp' ? onNextLine(here, -1) : undefined;
}

/** The item nearest to `here` on the line above (-1) or below (1), whether it is of the same list or of another. */
function onNextLine(here: HTMLElement, step: 1 | -1): HTMLElement | undefined {
  const { top, left, right } = here.getBoundingClientRect();
  const beyond = [...document.querySelectorAll('[data-row]')]
    .flatMap(itemsOf)
    .map((item) => ({ item, box: item.getBoundingClientRect() }))
    .map(({ item, box }) => ({
      item,
      awayPx: (box.top - top) * step,
      asidePx: Math.abs((box.left + box.right - left - right) / 2),
    }))
    .filter(({ awayPx }) => awayPx > LINE_PX);
  const nearestPx = Math.min(...beyond.map(({ awayPx }) => awayPx));
  const line = beyond.filter(({ awayPx }) => awayPx < nearestPx + LINE_PX);
  return line.toSorted((a, b) => a.asidePx - b.asidePx)[0]?.item;
}

function itemsOf(row: Element): HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>('a, button')].filter((item) => item.closest('[inert]') === null);
}

function onClick(event: MouseEvent): void {
  const button = (event.target as Element).closest<HTMLElement>('[data-scroll]');
  const list = button?.parentElement?.querySelector('[data-row]');
  list?.scrollBy({ left: Number(button?.dataset.scroll) * list.clientWidth * SCROLL_SHARE, behavior: 'smooth' });
}
