import type { MovieId } from '@marquee/core/ids';
import { ArrowLeft } from 'lucide-react';
import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import Link from 'next/link';
import { notFound } from 'next/navigation';
import type { CSSProperties } from 'react';
import { Refresh } from '../../../components/refresh.tsx';
import { StillPicture } from '../../../components/still-picture.tsx';
import { WatchStage } from '../../../components/watch/watch-stage.tsx';
import { keptOf } from '../../../server/library.ts';
import { episodeAfterOf } from '../../../server/series.ts';
import { getTitle, streamFacts } from '../../../server/titles.ts';
import { startSecOf } from '../../../view/start-time.ts';
import { THEATRE_COOKIE } from '../../../view/theatre.ts';

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const title = await getTitle((await params).id as MovieId);
  return { title: title?.title ?? 'Not found' };
}

/** The film and nothing else: the lights are down in both themes. */
export default async function WatchPage({ params, searchParams }: Props) {
  const id = (await params).id as MovieId;
  const [title, stream, kept, next, asked, jar] = await Promise.all([
    getTitle(id),
    streamFacts(id),
    keptOf({ kind: 'own', movieId: id }),
    episodeAfterOf(id),
    searchParams,
    cookies(),
  ]);
  if (!title) notFound();
  const tint = title.preview
    ? `oklch(0.13 ${Math.min(0.025, title.preview.chroma)} ${title.preview.hueDeg})`
    : 'var(--ground)';
  return (
    <main
      id="content"
      data-theme="evening"
      className="flex min-h-dvh flex-col overflow-x-clip bg-(--tint) text-ink"
      style={{ '--tint': tint } as CSSProperties}
    >
      <div className="flex h-16 items-center gap-2 px-2 sm:px-6">
        <Link href={`/film/${id}`} className="control control-bare px-3" aria-label="Back to the film’s page">
          <ArrowLeft size={20} aria-hidden />
        </Link>
        <h1 className="display truncate text-20">{title.title}</h1>
      </div>
      {stream ? (
        <WatchStage
          id={id}
          title={title.title}
          stream={stream}
          still={title.still}
          preview={title.preview}
          kept={kept && { viewerId: kept.viewerId, place: kept.place }}
          startSec={startSecOf(asked.t)}
          next={next}
          startsAsTheatre={jar.get(THEATRE_COOKIE)?.value === '1'}
        />
      ) : (
        <div className="relative isolate flex flex-1 items-end overflow-hidden">
          <StillPicture
            still={title.still}
            preview={title.preview}
            sizes="100vw"
            className="absolute inset-0 -z-10 opacity-30"
          />
          <div className="max-w-2xl px-4 pb-20 sm:px-12">
            <h2 className="display text-40">Not on the screen yet.</h2>
            <p className="mt-4 text-16 text-quiet">
              This film is not playable yet. The page looks again by itself and starts as soon as the opening is there.
            </p>
          </div>
          <Refresh everyMs={3000} />
        </div>
      )}
    </main>
  );
}
