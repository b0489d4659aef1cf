import { AppRouterContext, type AppRouterInstance } from 'next/dist/shared/lib/app-router-context.shared-runtime';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { Sights } from '../../components/admin/film/sights.tsx';
import type { SightsDesk } from '../../server/sights-desk.ts';

const seen = (confidence: number) => ({ confidence, evidence: [{ atSec: 65.2, confidence }] });
const DESK: SightsDesk = {
  part: { jobId: 'j', taskId: 't' },
  isMaking: false,
  fault: null,
  frames: { 65.2: '/objects/sights/65200.jpg' },
  sights: {
    looks: 3,
    mostFaces: 2,
    framesWithFaces: 1,
    tags: [{ tag: 'ship', ...seen(0.62) }],
    letters: [{ startSec: 60, endSec: 70, atSec: 65.2, text: 'THE END', confidence: 1 }],
    flags: [{ flag: 'weapons', ...seen(0.6) }],
  },
};

/** What the edit page shows of it, as text with its links and pictures. */
function shown(desk: Partial<SightsDesk>): string {
  const router = { refresh() {} } as AppRouterInstance;
  const page = createElement(Sights, { desk: { ...DESK, ...desk }, movieId: 'm' });
  return renderToStaticMarkup(createElement(AppRouterContext.Provider, { value: router }, page));
}

it('what a film shows is listed with its frames, and flags ask for a look', () => {
  const html = shown({});
  for (const words of [
    '3 frames were looked at',
    'up to 2 at a time',
    'nothing is hidden',
    'Weapons',
    '62 %',
    'THE END',
  ]) {
    expect(html).toContain(words);
  }
  expect(html.match(/href="\/watch\/m\?t=65"/g)).toHaveLength(3);
  expect(html).toContain('<img src="/objects/sights/65200.jpg" alt="Weapons at 1:05"');
});

it('what was left out is told with its reason, and versions that nobody looked at say nothing', () => {
  const html = shown({ sights: null, fault: 'The model is not there.' });
  expect(html).toContain('Left out. The model is not there.');
  expect(html).toContain('Look again');
  expect(shown({ part: null })).toBe('');
});
