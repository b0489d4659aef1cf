import { MEDIA_KEY_SHORTCUTS, type MediaKeyShortcuts } from '@vidstack/react';

/** One step, in seconds; it is the bar's own too when that has the focus. */
const STEP_SEC = 10;

const SLIDER_KEYS = new Set(['ArrowLeft', 'ArrowRight']);

interface Actions {
  /** @returns what goes to where `toSec` says, from where the film is */
  seek(toSec: (atSec: number, durationSec: number) => number): () => void;
  stepChapter(step: 'next' | 'previous'): void;
  /** Passes over an opening or credits, where the film is in some. */
  skip(): void;
  toggleTheatre(): void;
  showKeys(): void;
  toggleTranscript(): void;
}

/** What the keyboard does, in the words of its map; `keys-dialog.tsx` shows them. */
export const KEY_MAP: { keys: string[]; does: string }[] = [
  { keys: ['Space', 'K'], does: 'Play or pause' },
  { keys: ['←', 'J'], does: 'Back 10 seconds' },
  { keys: ['→', 'L'], does: 'On by 10 seconds' },
  { keys: ['↑', '↓'], does: 'Louder, quieter' },
  { keys: ['M'], does: 'Sound off or on' },
  { keys: ['0 – 9'], does: 'To a tenth of the film' },
  { keys: ['Home', 'End'], does: 'To the beginning, to the end' },
  { keys: ['P', 'N'], does: 'Chapter before, next chapter' },
  { keys: ['S'], does: 'Skip the intro, skip the credits' },
  { keys: ['<', '>'], does: 'Slower, faster' },
  { keys: ['C'], does: 'Subtitles off or on' },
  { keys: ['X'], does: 'What is said, as text' },
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
      'j J ArrowLeft',
      seek((atSec) => atSec - STEP_SEC),
    ),
    stepOn: when(
      'l L ArrowRight',
      seek((atSec) => atSec + STEP_SEC),
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
    skip: when('s S', actions.skip),
    toggleTheatre: when('t T', actions.toggleTheatre),
    toggleTranscript: when('x X', actions.toggleTranscript),
    showKeys: when('? Shift+?', actions.showKeys),
  };
}
