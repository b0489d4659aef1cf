import type { LanguageModel } from '@marquee/core/translation';
import { createLlm } from './llm-client.ts';
import { createLlmDescriber } from './llm-describer.ts';
import { createLlmTranslator } from './llm-translator.ts';

/** A language model for all that it is asked for here. */
export function createLanguageModel(options: Parameters<typeof createLlm>[0]): LanguageModel {
  const llm = createLlm(options);
  return { ...createLlmDescriber(llm), ...createLlmTranslator(llm) };
}
