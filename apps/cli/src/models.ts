import { loadConfig } from '@marquee/core/config';
import { type ModelName, modelFiles, SIGHT_MODELS, type SpeechModel } from '@marquee/workers/runtime/models';
import { EXIT } from './exit.ts';
import { print, say } from './print.ts';

/**
 * `marquee models pull`: fetches what hears the words of films, what reads those of pictures, what looks at
 * films and what knows what lines mean, so that nothing waits for them and machines without a way out can be given the folder.
 *
 * @param size default: the configured one, or tiny where none is
 */
export async function pullModels(size: SpeechModel | undefined): Promise<number> {
  const { speech, ocr, meaning, analysis, sights, models } = loadConfig();
  const names: ModelName[] = ['voice', size ?? (speech === 'off' ? 'tiny' : speech)];
  const looks = analysis && sights;
  if (ocr === 'on' || looks) names.push('ocr');
  if (looks) names.push(...SIGHT_MODELS);
  if (meaning === 'on') names.push('meaning');
  const stop = new AbortController();
  const onSignal = () => stop.abort(new Error('Stopped.'));
  process.once('SIGINT', onSignal);
  try {
    for (const name of names) {
      const files = await modelFiles(name, models, { signal: stop.signal, onFetch: say });
      for (const file of files) print(file);
    }
    return EXIT.ok;
  } finally {
    process.off('SIGINT', onSignal);
  }
}
