import { headers } from 'next/headers';
import { NONCE_HEADER } from '../view/nonce.ts';
import { OPEN_EVENT } from './palette-events.ts';

/**
 * Hears Ctrl K as soon as the page stands: on a slow line or a busy machine its scripts come later, and until then the
 * keys would be the browser's. The palette opens when they are there.
 */
export async function PaletteKeys() {
  const nonce = (await headers()).get(NONCE_HEADER) ?? undefined;
  const script = `(${listenForKeys})(${JSON.stringify(OPEN_EVENT)})`;
  // Browsers hide a nonce from whoever reads the page, so that React does not find the one it expects.
  // biome-ignore lint/security/noDangerouslySetInnerHtml: a function of this file.
  return <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: script }} />;
}

/** Runs in the browser as its text stands, and so may use nothing from outside itself. */
function listenForKeys(openEvent: string): void {
  window.addEventListener('keydown', (event) => {
    // Fields that a browser fills in by itself tell of keys without a name.
    const isK = event.key === 'k' || event.key === 'K';
    if (!isK || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    document.documentElement.dataset.palette = 'asked';
    window.dispatchEvent(new Event(openEvent));
  });
}
