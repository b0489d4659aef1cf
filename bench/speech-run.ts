import { loadConfig } from '@marquee/core/config';
import type { SpeechModel } from '@marquee/workers/runtime/models';
import { hearCues } from '@marquee/workers/subtitle/speech';

/** What `bench:speech` measures, in a process of its own: FILE of samples, size of the model, folder of models. */
const [file, size, folder] = process.argv.slice(2) as [string, SpeechModel, string];
const { signal } = new AbortController();
process.stdout.write(
  JSON.stringify(await hearCues(file, { size, models: { ...loadConfig().models, folder }, signal })),
);
