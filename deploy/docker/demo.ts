import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCodeOf } from '@marquee/cli/answer';
import { makeFilm, printEnd } from '@marquee/cli/ingest';
import { print, say } from '@marquee/cli/print';
import { runSession } from '@marquee/cli/session';
import { openFilm } from '@marquee/cli/upload-file';
import { createTools } from '@marquee/media/run-tool';
import { DEMO_SEC, makeDemoFilm } from '../../scripts/demo-film.ts';

/** Makes the short film of `npm run demo` in a container, has the fleet take it in, and says where it plays. */
const SITE = 'http://127.0.0.1:4400';

process.exit(
  await runSession({ logLevel: 'warn' }, async (session) => {
    const folder = await mkdtemp(join(tmpdir(), 'marquee-demo-'));
    try {
      say(`Making a film of ${DEMO_SEC} s`);
      const tools = createTools(session.config);
      const { file, notes } = await makeDemoFilm(tools, folder, session.interrupted, () => undefined);
      for (const note of notes) say(note);
      const film = await openFilm(file, session.config.limits.sourceBytes);
      const answer = await makeFilm(session, film, 'Marquee, a film from numbers');
      printEnd(answer);
      print(`Watch the film at ${session.config.publicUrl ?? SITE}/watch/${answer.movieId}`);
      return exitCodeOf(answer.status);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }),
);
