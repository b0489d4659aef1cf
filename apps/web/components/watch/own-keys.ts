import { type RefObject, useEffect } from 'react';

const KEYS = ['keydown', 'keyup'] as const;

/**
 * Keeps keys for a dialog, or a field, while the focus is in it. The player listens at the document, as React does, so that they are
 * stopped on their way there; what else tells the player that a dialog is open comes a moment late for a key that follows
 * at once.
 */
export function useOwnKeys(dialog: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = dialog.current;
    const keep = (event: KeyboardEvent) => event.stopPropagation();
    for (const name of KEYS) element?.addEventListener(name, keep);
    return () => {
      for (const name of KEYS) element?.removeEventListener(name, keep);
    };
  }, [dialog]);
}
