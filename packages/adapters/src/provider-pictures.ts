import type { PictureProviderConfig } from '@marquee/core/config-providers';
import { isMarqueeError } from '@marquee/core/errors';
import type { PictureMaker } from '@marquee/core/picture-maker';
import type { Logger } from '@marquee/core/ports';
import { z } from 'zod';
import { createProviderClient, unreadable } from './provider-http.ts';

/** Longest answer that is read: a picture of some megapixels without loss, in base64. */
const MOST_BYTES = 32 * 1024 ** 2;

const answer = z.object({ data: z.array(z.object({ b64_json: z.string().nullish() })).min(1) });

/** Makes pictures by a service that speaks OpenAI's protocol for them. Addresses that it answers with are not followed. */
export function createPictureMaker(config: PictureProviderConfig, log: Logger): PictureMaker {
  const client = createProviderClient('PICTURE', config, { log });
  /** Some want to be told that bytes are wanted and not an address; others refuse to be told. */
  let saysForm = true;

  async function ask(prompt: string, size: string, signal: AbortSignal): Promise<z.infer<typeof answer>> {
    const body = JSON.stringify({
      model: client.facts.model,
      prompt,
      n: 1,
      size,
      ...(saysForm ? { response_format: 'b64_json' } : {}),
    });
    const about = { characters: prompt.length, size };
    const request = { body, contentType: 'application/json', signal, about, mostBytes: MOST_BYTES };
    try {
      return await client.postForJson('/images/generations', request, answer);
    } catch (thrown) {
      const isRefused = isMarqueeError(thrown) && /response_format/.test(thrown.message);
      if (!saysForm || !isRefused) throw thrown;
      saysForm = false;
      return ask(prompt, size, signal);
    }
  }

  return {
    name: client.facts.name,
    async make(prompt, { use, signal }) {
      const { data } = await ask(prompt, config.sizes[use], signal);
      const picture = Buffer.from(data[0]?.b64_json ?? '', 'base64');
      if (picture.length === 0) throw unreadable(client.facts, 'it holds no picture');
      return picture;
    },
  };
}
