import { formatRuntime } from './format.ts';

/** The facts of a title in one line: `1968 · 1 h 32 min · 1080p`. */
export function titleFacts(title: {
  year: number | null;
  durationSec: number | null;
  topRung: string | null;
  state: 'ready' | 'making' | 'unseen';
}): string {
  const facts: string[] = [];
  if (title.state === 'making') facts.push('Playable, still being made');
  if (title.state === 'unseen') facts.push('Not yet playable');
  if (title.year !== null) facts.push(String(title.year));
  if (title.durationSec !== null) facts.push(formatRuntime(title.durationSec));
  if (title.topRung !== null) facts.push(title.topRung);
  return facts.join(' · ');
}
