import { loadConfig } from '@marquee/core/config';
import { modelFiles, type SpeechModel } from '@marquee/workers/subtitle/models';
import { EXIT } from './exit.ts';
import { print, say } from './print.ts';

/**
 * `marquee models pull`: fetches what hears the words of films, so that no film waits for it and machines without a way
 * out can be given the folder.
 *
 * @param size default: the configured one, or tiny where none is
 */
export async function pullModels(size: SpeechModel | undefined): Promise<number> {
  const { model, modelsDir } = loadConfig().speech;
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error('Stopped.'));
  process.once('SIGINT', onSignal);
  try {
    for (const name of ['voice', size ?? (model === 'off' ? 'tiny' : model)] as const) {
      const files = await modelFiles(name, modelsDir, { signal: stop.signal, onFetch: say });
      for (const file of files) print(file);
    }
    return EXIT.ok;
  } finally {
    process.off('SIGINT', onSignal);
  }
}
