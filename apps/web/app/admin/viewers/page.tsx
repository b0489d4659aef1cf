import type { Metadata } from 'next';
import Link from 'next/link';
import { QualityFigures } from '../../../components/admin/viewers/quality-figures.tsx';
import { QualityTable } from '../../../components/admin/viewers/quality-table.tsx';
import { RungShares } from '../../../components/admin/viewers/rung-bar.tsx';
import { SpanPictures } from '../../../components/admin/viewers/span-bars.tsx';
import { AdminNav, SiteHeader } from '../../../components/site-header.tsx';
import { requireAdmin } from '../../../server/require-admin.ts';
import { qualityByFilm, qualityByPlayer, viewersQuality } from '../../../server/viewers.ts';
import { RANGE_NAMES, rangeOf } from '../../../view/viewers-words.ts';

export const metadata: Metadata = { title: 'Viewers' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** How films come to the screens of those who watch them. */
export default async function ViewersPage({ searchParams }: Props) {
  await requireAdmin('/admin/viewers');
  const range = rangeOf((await searchParams).range);
  const [figures, films, players] = await Promise.all([
    viewersQuality(range),
    qualityByFilm(range),
    qualityByPlayer(range),
  ]);
  return (
    <>
      <SiteHeader>
        <AdminNav at="viewers" />
      </SiteHeader>
      <main id="content" className="mx-auto w-full max-w-7xl px-4 py-10 pb-24 sm:px-8 lg:px-12">
        <div className="flex flex-wrap items-end justify-between gap-4">
          <h1 className="display text-40">Viewers</h1>
          <nav aria-label="Range" className="flex flex-wrap gap-1">
            {(['day', 'week', 'month'] as const).map((each) => (
              <Link
                key={each}
                href={`/admin/viewers?range=${each}`}
                aria-current={each === range ? 'page' : undefined}
                className={`control px-3 ${each === range ? '' : 'control-bare text-quiet hover:text-ink'}`}
              >
                {RANGE_NAMES[each]}
              </Link>
            ))}
          </nav>
        </div>
        <p className="mt-3 max-w-[65ch] text-16 text-quiet">
          How films came to the screen, as players told it. Nobody is named: a viewing is a number, kept for 30 days.
          Days and hours are those of UTC.
        </p>
        {figures.sum.sessions === 0 ? (
          <div className="mt-8 border-t border-line pt-10">
            <p className="text-20">Nobody has watched a film in this time.</p>
            <p className="mt-2 max-w-[60ch] text-16 text-quiet">
              As soon as somebody does, the time until the picture, stalls, errors and qualities stand here.
            </p>
          </div>
        ) : (
          <>
            <QualityFigures sum={figures.sum} />
            <SpanPictures figures={figures} />
            <RungShares shares={figures.sum.rungShare} />
            <QualityTable
              id="films"
              heading="By film"
              what="Film"
              rows={films.map((film) => ({
                ...film,
                key: film.movieId,
                name: film.title ?? 'A film that is gone',
                href: film.title === null ? null : `/admin/films/${film.movieId}`,
              }))}
            />
            <QualityTable
              id="players"
              heading="By player"
              what="Player"
              rows={players.map((each) => ({ ...each, key: each.player, name: each.player, href: null }))}
            />
          </>
        )}
      </main>
    </>
  );
}
