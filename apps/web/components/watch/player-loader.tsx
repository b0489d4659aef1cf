'use client';

import dynamic from 'next/dynamic';
import { PlayerFrame } from './player-frame.tsx';

/** The player and its streaming library, loaded beside the page; until then the frame holds its place. */
export const Player = dynamic(() => import('./player.tsx').then((module) => module.Player), {
  ssr: false,
  loading: () => <PlayerFrame />,
});
