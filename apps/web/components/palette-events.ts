const OPEN_EVENT = 'marquee:palette';

/** Opens the command palette from anywhere. */
export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN_EVENT));
}

/** Calls `open` when somebody asks for the palette, by button or by Ctrl K. @returns how to stop listening */
export function onPalette(open: () => void): () => void {
  const onKey = (event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  };
  window.addEventListener('keydown', onKey);
  window.addEventListener(OPEN_EVENT, open);
  return () => {
    window.removeEventListener('keydown', onKey);
    window.removeEventListener(OPEN_EVENT, open);
  };
}
