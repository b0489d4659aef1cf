import { type CleanedFolder, cleanHouse } from '@marquee/workers/orchestrator/clean';
import { EXIT } from './exit.ts';
import { formatBytes, print } from './print.ts';
import { runSession } from './session.ts';

const WORDS: Record<CleanedFolder['why'], string> = {
  replaced: 'an old version',
  orphaned: "nobody's",
  abandoned: 'an abandoned upload',
};

/** `marquee clean`: what orchestrators do once a day, now. */
export function clean(options: { dryRun: boolean; all: boolean; json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async ({ config, engines, interrupted }) => {
    const folders: CleanedFolder[] = [];
    const how = {
      oldVersionsMs: config.oldVersionsMs,
      nowMs: Date.now(),
      isTrial: options.dryRun,
      isSure: options.all,
    };
    for await (const gone of cleanHouse(engines, how)) {
      folders.push(gone);
      if (!options.json) {
        print(`${gone.folder} (${WORDS[gone.why]}): ${gone.objects} objects, ${formatBytes(gone.bytes)}`);
      }
      interrupted.throwIfAborted();
    }
    const bytes = folders.reduce((sum, folder) => sum + folder.bytes, 0);
    if (options.json) print(JSON.stringify({ dryRun: options.dryRun, bytes, folders }));
    else print(`${folders.length} folders, ${formatBytes(bytes)} ${options.dryRun ? 'would go.' : 'are gone.'}`);
    return EXIT.ok;
  });
}
