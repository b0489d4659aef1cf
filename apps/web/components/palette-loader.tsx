'use client';

import { lazy, Suspense, useEffect, useState } from 'react';
import { onPalette } from './palette-events.ts';

const Palette = lazy(() => import('./palette.tsx').then((module) => ({ default: module.Palette })));

/** Waits for Ctrl K; the palette itself is loaded the first time it is asked for. */
export function PaletteLoader() {
  const [asked, setAsked] = useState(0);
  useEffect(() => onPalette(() => setAsked((n) => n + 1)), []);
  if (asked === 0) return null;
  return (
    <Suspense>
      <Palette asked={asked} />
    </Suspense>
  );
}
