import { Play, X } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import type { EpisodeTitle } from '../../server/series.ts';
import { placeWords } from '../../view/episode-words.ts';

/** Long enough to reach for the remote, in seconds. */
const COUNTDOWN_SEC = 8;

/**
 * At a film's end, the episode that follows. It begins by itself unless somebody stops it, or has asked their device for
 * less motion: then it waits to be asked.
 */
export function NextEpisode({ next, close }: { next: EpisodeTitle; close: () => void }) {
  const router = useRouter();
  const [leftSec, setLeftSec] = useState<number | null>(() =>
    matchMedia('(prefers-reduced-motion: reduce)').matches ? null : COUNTDOWN_SEC,
  );
  const address = `/watch/${next.id}`;
  useEffect(() => {
    if (leftSec === null) return;
    if (leftSec === 0) router.push(address);
    const timer = setTimeout(() => setLeftSec((left) => (left === null ? null : Math.max(0, left - 1))), 1000);
    return () => clearTimeout(timer);
  }, [leftSec, router, address]);
  return (
    <section
      aria-label="Next episode"
      className="absolute inset-0 z-20 flex flex-col items-center justify-center gap-2 bg-ground/90 px-6 text-center"
    >
      <p className="figures text-14 text-quiet">{placeWords(next.episode)}</p>
      <p className="display line-clamp-2 text-28">{next.title}</p>
      <p className="figures min-h-5 text-14 text-quiet" role="timer">
        {leftSec !== null && `Begins in ${leftSec} s`}
      </p>
      <div className="mt-3 flex flex-wrap justify-center gap-3">
        <button type="button" className="control control-bulb px-5" onClick={() => router.push(address)}>
          <Play size={18} fill="currentColor" aria-hidden /> Play it
        </button>
        <button type="button" className="control px-5" onClick={leftSec === null ? close : () => setLeftSec(null)}>
          <X size={18} aria-hidden /> {leftSec === null ? 'Stay here' : 'Wait'}
        </button>
      </div>
    </section>
  );
}
