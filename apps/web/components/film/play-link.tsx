'use client';

import { type Place, resumeSec } from '@marquee/core/library';
import { Play } from 'lucide-react';
import Link from 'next/link';
import { useSyncExternalStore } from 'react';
import { formatSpan } from '../../view/format.ts';
import { keptPosition } from '../watch/position.ts';

const nothing = () => () => {};

/** To the film itself: from its beginning, or from where this device or another left it. */
export function PlayLink(props: {
  id: string;
  durationSec: number | null;
  kept: { viewerId: string; place: Place | null } | null;
}) {
  const { id, durationSec } = props;
  const elsewhere = props.kept?.place ?? null;
  const atSec = useSyncExternalStore(
    nothing,
    () => resumeSec(keptPosition(id, props.kept?.viewerId ?? null), elsewhere),
    () => elsewhere?.positionSec ?? 0,
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
