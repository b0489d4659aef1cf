import type { CSSProperties, ReactNode } from 'react';
import type { Placeholder } from '../../server/placeholders.ts';

/** A tint never gets more colourful than this (chroma in OKLCH): words on it stay readable. */
const MAX_CHROMA = 0.022;

/** A page whose ground takes a breath of its picture's colour. */
export function Tinted({ by, children }: { by: Placeholder | undefined; children: ReactNode }) {
  const ground = by && `oklch(var(--tint-l) ${Math.min(MAX_CHROMA, by.chroma)} ${by.hueDeg})`;
  return (
    <div
      className="min-h-dvh bg-ground"
      style={ground === undefined ? undefined : ({ '--ground': ground } as CSSProperties)}
    >
      {children}
    </div>
  );
}
