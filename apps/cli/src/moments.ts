import type { MovieId } from '@marquee/core/ids';
import { indexMoments } from '@marquee/core/index-moments';
import type { Store } from '@marquee/core/ports';
import { EXIT } from './exit.ts';
import { print, say } from './print.ts';
import { runSession } from './session.ts';

const READ_AT_ONCE = 100;

/** `marquee moments index`: one film that cannot be read leaves the others to be. */
export function indexAll(ids: string[]): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ engines, interrupted }) => {
    let films = 0;
    let tracks = 0;
    let failed = 0;
    for await (const id of ids.length > 0 ? (ids as MovieId[]) : allFilms(engines.store)) {
      interrupted.throwIfAborted();
      try {
        tracks += await indexMoments(engines, id, { anew: true });
        films++;
      } catch (error) {
        failed++;
        say(`${id}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
    print(
      `${films} films read, with ${tracks} subtitle tracks${failed === 0 ? '.' : `; ${failed} could not be read.`}`,
    );
    return failed === 0 ? EXIT.ok : EXIT.failed;
  });
}

async function* allFilms(store: Store): AsyncGenerator<MovieId> {
  let cursor: string | null = null;
  do {
    const more: { cursor?: string } = cursor === null ? {} : { cursor };
    const page: Awaited<ReturnType<Store['movies']['list']>> = await store.movies.list({
      limit: READ_AT_ONCE,
      ...more,
    });
    for (const { id } of page.items) yield id;
    cursor = page.cursor;
  } while (cursor !== null);
}
