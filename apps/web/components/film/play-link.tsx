'use client';

import { Play } from 'lucide-react';
import Link from 'next/link';
import { useSyncExternalStore } from 'react';
import { formatSpan } from '../../view/format.ts';
import { keptPosition } from '../watch/position.ts';

const nothing = () => () => {};

/** To the film itself: from its beginning, or from where this device left it. */
export function PlayLink({ id, durationSec }: { id: string; durationSec: number | null }) {
  const atSec = useSyncExternalStore(
    nothing,
    () => keptPosition(id),
    () => 0,
  );
  const leftSec = durationSec === null ? null : Math.max(0, durationSec - atSec);
  return (
    <Link href={`/watch/${id}`} className="control control-bulb min-h-12 px-6 text-16">
      <Play size={20} fill="currentColor" aria-hidden />
      {atSec === 0 ? 'Play' : 'Resume'}
      {atSec > 0 && leftSec !== null && <span className="figures font-normal">{formatSpan(leftSec * 1000)} left</span>}
    </Link>
  );
}
