import { useMediaPlayer } from '@vidstack/react';
import { Check, Link2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { formatLength } from '../../view/format.ts';
import { BarButton } from './bar-button.tsx';
import { timeOf } from './time-of.ts';

/** How long it says that it has copied, in milliseconds. */
const SAID_MS = 4000;

/** Copies the film's address with the time that is on the screen. */
export function ShareButton() {
  const player = useMediaPlayer();
  const [copiedSec, setCopiedSec] = useState<number | null>(null);
  useEffect(() => {
    if (copiedSec === null) return;
    const timer = setTimeout(() => setCopiedSec(null), SAID_MS);
    return () => clearTimeout(timer);
  }, [copiedSec]);
  const share = async () => {
    const sec = Math.floor(player ? timeOf(player) : 0);
    const address = `${location.origin}${location.pathname}${sec > 0 ? `?t=${sec}` : ''}`;
    try {
      await navigator.clipboard.writeText(address);
      setCopiedSec(sec);
    } catch {
      // Pages that do not come by HTTPS may not write there; whoever asked can.
      prompt('The address of this moment:', address);
    }
  };
  return (
    <>
      <BarButton label="Copy the address of this moment" onClick={() => void share()}>
        {copiedSec === null ? <Link2 className="vds-icon" aria-hidden /> : <Check className="vds-icon" aria-hidden />}
      </BarButton>
      <span role="status" className={copiedSec === null ? 'sr-only' : 'figures shrink-0 px-1 text-12 max-sm:sr-only'}>
        {copiedSec !== null && `Copied, from ${formatLength(copiedSec)}`}
      </span>
    </>
  );
}
