export const OPEN_EVENT = 'marquee:palette';

/** Opens the command palette from anywhere. */
export function openPalette(): void {
  window.dispatchEvent(new Event(OPEN_EVENT));
}

/**
 * Calls `open` when somebody asks for the palette, by button or by Ctrl K, and at once if they did before this page's
 * scripts ran.
 *
 * @returns how to stop listening
 */
export function onPalette(open: () => void): () => void {
  const { dataset } = document.documentElement;
  const take = () => {
    delete dataset.palette;
    open();
  };
  window.addEventListener(OPEN_EVENT, take);
  if (dataset.palette) take();
  return () => window.removeEventListener(OPEN_EVENT, take);
}
