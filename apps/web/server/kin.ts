import type { MovieId } from '@marquee/core/ids';
import type { Kinship } from '@marquee/core/kin';
import { container } from './container.ts';
import { type Title, titleOf } from './titles.ts';
import { viewableMovie } from './viewing.ts';

const KIN_SHOWN = 12;

/** Listed films of the house that are like one, each with what it has in common with it. */
export async function moreLike(id: MovieId): Promise<{ title: Title; shared: Kinship }[]> {
  const movie = await viewableMovie(id);
  if (!movie) return [];
  const { engines } = await container();
  const found = await engines.store.movies.kin(movie, { limit: KIN_SHOWN, listedAtMs: Date.now() });
  return Promise.all(found.map(async (kin) => ({ title: await titleOf(kin.movie), shared: kin.shared })));
}
