import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { JobAnswer } from '@marquee/cli/answer';
import { exitCodeOf } from '@marquee/cli/answer';
import { EXIT } from '@marquee/cli/exit';
import { makeFilm, printEnd, quietLevel } from '@marquee/cli/ingest';
import { print, say } from '@marquee/cli/print';
import { runSession, type Session } from '@marquee/cli/session';
import { serve } from '@marquee/cli/start';
import { openFilm } from '@marquee/cli/upload-file';
import { createTools } from '@marquee/media/run-tool';
import { DEMO_SEC, makeDemoFilm } from './demo-film.ts';

const USAGE = `npm run demo -- [FILM] [--exit]

Makes a short film (or takes yours), takes it through the whole pipeline, and serves the site with it.
  --exit  stop after the film is ready and checked`;

process.exit(await main(process.argv.slice(2)));

async function main(args: string[]): Promise<number> {
  let own: string | undefined;
  let isShort: boolean;
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { exit: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
    });
    if (values.help) {
      print(USAGE);
      return EXIT.ok;
    }
    if (positionals.length > 1) throw new Error('One film at a time.');
    own = positionals[0];
    isShort = values.exit;
  } catch (error) {
    say(`${(error as Error).message}\n\n${USAGE}`);
    return EXIT.usage;
  }
  return runSession({ logLevel: quietLevel() }, async (session) => {
    const answer = own === undefined ? await makeOurs(session) : await makeFilm(session, await open(session, own));
    printEnd(answer);
    if (answer.status !== 'ready') return exitCodeOf(answer.status);
    if (isShort) {
      print(`status ${answer.status}`);
      return EXIT.ok;
    }
    return serve(session, {
      onReady: (url) => print(`Watch the film at ${url}/watch/${answer.movieId}`),
    });
  });
}

async function makeOurs(session: Session): Promise<JobAnswer> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-demo-'));
  try {
    say(`Making a film of ${DEMO_SEC} s with ffmpeg`);
    let shown = 0;
    const { file, notes } = await makeDemoFilm(createTools(session.config), folder, session.interrupted, (share) => {
      // A line a quarter: enough to see that it goes on, in a log as at a terminal.
      const quarter = Math.floor(share * 4);
      if (quarter > shown && quarter < 4) say(`  ${quarter * 25} %`);
      shown = Math.max(shown, quarter);
    });
    for (const note of notes) say(note);
    say('Taking it through the pipeline');
    return await makeFilm(withoutSpeech(session), await open(session, file), 'Marquee, a film from numbers');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Our own film needs no network, and nobody waits for models: unless somebody asks for it, its words are not heard. */
function withoutSpeech(session: Session): Session {
  const { variables } = session.config;
  const isAsked = variables.some(({ name, from }) => name === 'SPEECH' && from === 'environment');
  return isAsked ? session : { ...session, config: { ...session.config, speech: 'off' } };
}

function open(session: Session, path: string) {
  return openFilm(path, session.config.limits.sourceBytes);
}
