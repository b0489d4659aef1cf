'use client';

import { useRouter } from 'next/navigation';
import { useEffect, useState, useTransition } from 'react';
import type { AnalysisDesk } from '../../../server/analysis-facts.ts';
import { saveChaptersAction } from '../../../server/chapter-actions.ts';
import type { FilmDesk } from '../../../server/film-edit.ts';

const AUTHORS: Record<AnalysisDesk['by'], string> = {
  person: 'Written by a person: a version that is made later keeps them.',
  source: 'From the film’s file.',
  marquee: 'Found by Marquee, at clear changes of scene. Correct them, or turn them off.',
  nobody: 'Viewers see none.',
};

/** What was found out about the film, and its chapters, which people may correct. */
export function Analysis({ desk }: { desk: FilmDesk }) {
  const { analysis } = desk;
  const router = useRouter();
  const [text, setText] = useState(analysis.written);
  useEffect(() => setText(analysis.written), [analysis.written]);
  const [words, setWords] = useState<{ text: string; isBad: boolean } | null>(null);
  const [busy, start] = useTransition();
  const save = (value: string | null, done: string) =>
    start(async () => {
      const refused = await saveChaptersAction(desk.title.id, value).catch(
        () => 'The site does not answer. Try again.',
      );
      setWords({ text: refused ?? done, isBad: refused !== null });
      if (refused === null) router.refresh();
    });
  return (
    <section aria-labelledby="analysis" className="border-t border-line pt-6">
      <h2 id="analysis" className="display text-20">
        Analysis
      </h2>
      <Figures analysis={analysis} />
      <form
        aria-label="Chapters"
        className="mt-4 grid gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          save(text, 'Chapters saved.');
        }}
      >
        <label className="grid gap-1 text-14">
          Chapters, a line each
          <textarea
            className="field figures"
            rows={Math.min(14, Math.max(4, text.split('\n').length + 1))}
            value={text}
            placeholder={'0:00 The beginning\n12:30 The storm'}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <p className="max-w-[60ch] text-14 text-quiet">{AUTHORS[analysis.by]}</p>
        <div className="flex flex-wrap gap-3">
          <button type="submit" className="control" disabled={busy || text.trim() === '' || text === analysis.written}>
            {busy ? 'Working' : 'Save chapters'}
          </button>
          {analysis.written !== '' && (
            <button type="button" className="control" disabled={busy} onClick={() => save('', 'Chapters turned off.')}>
              Turn them off
            </button>
          )}
          {analysis.by === 'person' && (
            <button
              type="button"
              className="control control-bare"
              disabled={busy}
              onClick={() => save(null, 'Chapters are as the film has them.')}
            >
              As they were found
            </button>
          )}
        </div>
      </form>
      <p role="status" className={`min-h-5 text-14 ${words?.isBad ? 'text-lost' : 'text-quiet'}`}>
        {words?.text}
      </p>
    </section>
  );
}

function Figures({ analysis }: { analysis: AnalysisDesk }) {
  if (analysis.state === 'none') return <p className="mt-2 text-14 text-quiet">This version was not analysed.</p>;
  if (analysis.state === 'making')
    return <p className="mt-2 text-14 text-quiet">Being made. Nothing of the film waits for it.</p>;
  if (analysis.state === 'left-out')
    return <p className="mt-2 text-14 text-lost">Left out. {analysis.leftOut ?? 'It was cancelled.'}</p>;
  const { loudness } = analysis;
  const rows: [name: string, value: string][] = [
    ['Shots', String(analysis.shots)],
    ['Scenes', String(analysis.scenes)],
    ['Silences', String(analysis.silences)],
  ];
  if (loudness)
    rows.push(
      ['Loudness', `${loudness.integratedLufs} LUFS`],
      ['Range', `${loudness.rangeLu} LU`],
      ['True peak', `${loudness.truePeakDbtp} dB`],
    );
  return (
    <dl className="figures mt-3 grid grid-cols-[repeat(auto-fit,minmax(6.5rem,1fr))] gap-3 text-14">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt className="text-quiet">{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
