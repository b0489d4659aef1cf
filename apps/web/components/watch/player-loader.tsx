'use client';

import dynamic from 'next/dynamic';
import { type ComponentProps, useEffect, useState } from 'react';
import type { Player as LoadedPlayer } from './player.tsx';
import { PlayerFrame } from './player-frame.tsx';

const LazyPlayer = dynamic(() => import('./player.tsx').then((module) => module.Player), {
  ssr: false,
  loading: () => <PlayerFrame play={null} />,
});

/** Signs that somebody is there. */
const SIGNS = ['pointermove', 'pointerdown', 'wheel', 'scroll'] as const;
/** Keys by which people only get about in a page. */
const WAY_KEYS = new Set(['Tab', 'Shift', 'Control', 'Alt', 'Meta', 'Escape']);
const PLAY_KEYS = new Set([' ', 'k', 'K']);

/**
 * The player and its streaming library, which take a phone seconds to read: they come when somebody shows that they are
 * there, and the film may not begin before that anyway. Until then the frame holds their place.
 */
export function Player(props: Omit<ComponentProps<typeof LoadedPlayer>, 'startsByItself'>) {
  const [wish, setWish] = useState<'none' | 'open' | 'play'>('none');
  useEffect(() => {
    // Whoever came here by a link of this site has asked for the film.
    if (navigator.userActivation?.hasBeenActive) setWish('play');
    const open = () => setWish((now) => (now === 'none' ? 'open' : now));
    const onKey = ({ key, target }: KeyboardEvent) => {
      if (WAY_KEYS.has(key)) return;
      if (PLAY_KEYS.has(key) && target === document.body) setWish('play');
      else open();
    };
    for (const sign of SIGNS) addEventListener(sign, open, { passive: true, capture: true, once: true });
    addEventListener('keydown', onKey);
    return () => {
      for (const sign of SIGNS) removeEventListener(sign, open, { capture: true });
      removeEventListener('keydown', onKey);
    };
  }, []);
  if (wish === 'none') return <PlayerFrame play={() => setWish('play')} />;
  return <LazyPlayer {...props} startsByItself={wish === 'play'} />;
}
