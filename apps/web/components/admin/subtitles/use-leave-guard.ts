import { useEffect } from 'react';

const WORDS = 'What you changed is not saved. Leave without it?';

/** Asks before a page with unsaved work is left: by its address, by a link of the site, by the way back. */
export function useLeaveGuard(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return;
    const onUnload = (event: BeforeUnloadEvent) => event.preventDefault();
    const onClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
      const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || link?.getAttribute('target') === '_blank';
      if (!link || isElsewhere || event.button !== 0 || confirm(WORDS)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    // Links inside the site unload nothing, and neither does the way back to a page of it.
    const onTraverse = (event: NavigateEvent) => {
      if (event.navigationType === 'traverse' && event.cancelable && !confirm(WORDS)) event.preventDefault();
    };
    const way = 'navigation' in globalThis ? globalThis.navigation : null;
    addEventListener('beforeunload', onUnload);
    document.addEventListener('click', onClick, true);
    way?.addEventListener('navigate', onTraverse);
    return () => {
      removeEventListener('beforeunload', onUnload);
      document.removeEventListener('click', onClick, true);
      way?.removeEventListener('navigate', onTraverse);
    };
  }, [isDirty]);
}
