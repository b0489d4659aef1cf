'use client';

import type { Flag } from '@marquee/core/sights';
import { useRouter } from 'next/navigation';
import { useState, useTransition } from 'react';
import { retryTaskAction } from '../../../server/job-actions.ts';
import type { SightsDesk } from '../../../server/sights-desk.ts';
import { formatLength } from '../../../view/format.ts';

const FLAG_NAMES: Record<Flag, string> = { nudity: 'Nudity', weapons: 'Weapons', alcohol: 'Alcohol' };
/** Pictures of one tag or flag on the page. */
const SHOWN_FRAMES = 4;

/** What the film shows, with the frames that show it; flags are for people to look at, and hide nothing. */
export function Sights({ desk, movieId }: { desk: SightsDesk; movieId: string }) {
  const router = useRouter();
  const [refused, setRefused] = useState<string | null>(null);
  const [busy, start] = useTransition();
  const { part, sights, frames } = desk;
  if (part === null) return null;
  const again = () =>
    start(async () => {
      setRefused(await retryTaskAction(part.jobId, part.taskId).catch(() => 'The site does not answer. Try again.'));
      router.refresh();
    });
  const shown = (atSec: number, what: string) => (
    <Frame key={atSec} atSec={atSec} url={frames[atSec]} what={what} movieId={movieId} />
  );
  return (
    <section aria-labelledby="sights" className="border-t border-line pt-6">
      <h2 id="sights" className="display text-20">
        What is seen
      </h2>
      {desk.isMaking && <p className="mt-2 text-14 text-quiet">Being looked at. Nothing of the film waits for it.</p>}
      {!desk.isMaking && desk.fault && <p className="mt-2 max-w-[60ch] text-14 text-lost">Left out. {desk.fault}</p>}
      {sights && (
        <>
          <p className="mt-2 max-w-[60ch] text-14 text-quiet">
            {sights.looks === 1 ? 'One frame was' : `${sights.looks} frames were`} looked at. {facesWords(sights)}
          </p>
          {sights.flags.length > 0 && (
            <div className="mt-4">
              <h3 className="text-14">To look at yourself</h3>
              <p className="mt-1 max-w-[60ch] text-14 text-quiet">
                A network may be wrong, and nothing is hidden because of it.
              </p>
              <dl className="mt-2 grid gap-3">
                {sights.flags.map(({ flag, evidence }) => (
                  <div key={flag}>
                    <dt className="text-14">{FLAG_NAMES[flag]}</dt>
                    <dd className="mt-1 flex flex-wrap gap-2">
                      {evidence.slice(0, SHOWN_FRAMES).map(({ atSec }) => shown(atSec, FLAG_NAMES[flag]))}
                    </dd>
                  </div>
                ))}
              </dl>
            </div>
          )}
          {sights.tags.length > 0 && (
            <dl className="mt-4 grid gap-3" aria-label="Tags">
              {sights.tags.map(({ tag, confidence, evidence }) => (
                <div key={tag}>
                  <dt className="text-14">
                    {tag} <span className="figures text-quiet">{Math.round(confidence * 100)} %</span>
                  </dt>
                  <dd className="mt-1 flex flex-wrap gap-2">
                    {evidence.slice(0, SHOWN_FRAMES).map(({ atSec }) => shown(atSec, tag))}
                  </dd>
                </div>
              ))}
            </dl>
          )}
          {sights.letters.length > 0 && (
            <dl className="mt-4 grid gap-3" aria-label="Words in the picture">
              {sights.letters.map(({ text, startSec, atSec }) => (
                <div key={`${startSec} ${text}`}>
                  <dt className="text-14">“{text}”</dt>
                  <dd className="mt-1">{shown(atSec, text)}</dd>
                </div>
              ))}
            </dl>
          )}
        </>
      )}
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <button type="button" className="control control-bare" disabled={busy || desk.isMaking} onClick={again}>
          Look again
        </button>
        <p role="status" className="min-w-0 text-14 text-lost">
          {refused}
        </p>
      </div>
    </section>
  );
}

function facesWords({ mostFaces, framesWithFaces }: NonNullable<SightsDesk['sights']>): string {
  if (framesWithFaces === 0) return 'No face was found in them.';
  const most = mostFaces === 1 ? 'one at a time' : `up to ${mostFaces} at a time`;
  return `Faces are in ${framesWithFaces} of them, ${most}.`;
}

function Frame(props: { atSec: number; url: string | undefined; what: string; movieId: string }) {
  const { atSec, url, what, movieId } = props;
  const at = formatLength(atSec);
  return (
    <a href={`/watch/${movieId}?t=${Math.floor(atSec)}`} className="grid w-28 gap-0.5 text-12 text-quiet">
      {/* biome-ignore lint/performance/noImgElement: a frame is shown as it lies in storage. */}
      {url && <img src={url} alt={`${what} at ${at}`} loading="lazy" className="w-28 rounded-sm" />}
      <span className="figures">{at}</span>
    </a>
  );
}
