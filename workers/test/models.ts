import { fileURLToPath } from 'node:url';
import { loadConfig } from '@marquee/core/config';
import { toMarqueeError } from '@marquee/core/errors';
import { createTools } from '@marquee/media/run-tool';
import { type ModelName, modelFiles } from '../runtime/models.ts';
import { hasFonts } from './pgs.ts';

/** Models of the tests: fetched once, and kept where packages are. */
export const MODELS = {
  ...loadConfig({}).models,
  folder: fileURLToPath(new URL('../../node_modules/.cache/marquee-models', import.meta.url)),
};

/** What a test's film is made of, beside models. */
type Craft = 'speaks' | 'draws letters';

/**
 * Fetches the models that a test needs.
 *
 * @param craft what its film needs of this machine's ffmpeg
 * @returns what the test lacks, in words; null if nothing
 */
export async function whatIsMissing(models: readonly ModelName[], craft?: Craft): Promise<string | null> {
  const { hasFilter } = createTools(loadConfig({}));
  if (craft === 'speaks' && !(await hasFilter('flite'))) return 'this ffmpeg cannot speak';
  if (craft === 'draws letters' && !((await hasFilter('drawtext')) && hasFonts())) {
    return 'this ffmpeg has nothing to draw letters with';
  }
  try {
    for (const name of models) await modelFiles(name, MODELS, { signal: AbortSignal.timeout(300_000) });
    return null;
  } catch (thrown) {
    return toMarqueeError(thrown).message;
  }
}
