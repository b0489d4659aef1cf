import { MEDIA_KEY_SHORTCUTS, type MediaKeyShortcuts } from '@vidstack/react';

/** Steps of the arrows, and of J and L, in seconds. */
const STEP_SEC = 5;
const JUMP_SEC = 10;

const SLIDER_KEYS = new Set(['ArrowLeft', 'ArrowRight', 'Home', 'End']);

interface Actions {
  /** @returns what goes to where `toSec` says, from where the film is */
  seek(toSec: (atSec: number, durationSec: number) => number): () => void;
  stepChapter(step: 'next' | 'previous'): void;
  toggleTheatre(): void;
  showKeys(): void;
}

/** What the keyboard does, in the words of its map; `keys-dialog.tsx` shows them. */
export const KEY_MAP: { keys: string[]; does: string }[] = [
  { keys: ['Space', 'K'], does: 'Play or pause' },
  { keys: ['←', '→'], does: 'Back, on by 5 seconds' },
  { keys: ['J', 'L'], does: 'Back, on by 10 seconds' },
  { keys: ['↑', '↓'], does: 'Louder, quieter' },
  { keys: ['M'], does: 'Sound off or on' },
  { keys: ['0 – 9'], does: 'To a tenth of the film' },
  { keys: ['Home', 'End'], does: 'To the beginning, to the end' },
  { keys: ['P', 'N'], does: 'Chapter before, next chapter' },
  { keys: ['<', '>'], does: 'Slower, faster' },
  { keys: ['C'], does: 'Subtitles off or on' },
  { keys: ['T'], does: 'Theatre' },
  { keys: ['F'], does: 'Full screen' },
  { keys: ['I'], does: 'Picture in picture' },
  { keys: ['?'], does: 'This map' },
];

/** The player's own keys, and ours beside them. */
export function playerKeys(actions: Actions): MediaKeyShortcuts {
  const { seek } = actions;
  const when = (keys: string, act: () => void) => ({
    keys,
    onKeyDown: ({ event }: { event: KeyboardEvent }) => {
      // A slider that has the focus has its own way with these.
      if (SLIDER_KEYS.has(event.key) && document.activeElement?.getAttribute('role') === 'slider') return;
      event.preventDefault();
      act();
    },
  });
  return {
    ...MEDIA_KEY_SHORTCUTS,
    seekBackward: null,
    seekForward: null,
    stepBack: when(
      'ArrowLeft',
      seek((atSec) => atSec - STEP_SEC),
    ),
    stepOn: when(
      'ArrowRight',
      seek((atSec) => atSec + STEP_SEC),
    ),
    jumpBack: when(
      'j J',
      seek((atSec) => atSec - JUMP_SEC),
    ),
    jumpOn: when(
      'l L',
      seek((atSec) => atSec + JUMP_SEC),
    ),
    toBeginning: when(
      'Home',
      seek(() => 0),
    ),
    toEnd: when(
      'End',
      seek((_, durationSec) => durationSec),
    ),
    previousChapter: when('p P', () => actions.stepChapter('previous')),
    nextChapter: when('n N', () => actions.stepChapter('next')),
    toggleTheatre: when('t T', actions.toggleTheatre),
    showKeys: when('? Shift+?', actions.showKeys),
  };
}
