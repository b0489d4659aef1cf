import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEmbedder } from '../meaning/embedder.ts';
import { readVocabulary, wordPieces } from '../meaning/word-pieces.ts';
import { modelFiles } from '../runtime/models.ts';
import { MODELS, whatIsMissing } from './models.ts';

const NOWHERE = 'http://127.0.0.1:9';
const isRequired = process.env.REQUIRE_SERVICES === '1';
const missing = await whatIsMissing(['meaning']);

const VOCABULARY = readVocabulary(
  JSON.stringify({
    model: {
      vocab: Object.fromEntries(
        ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'the', 'light', '##ship', '##s', "'", '!', 'cafe', '映'].map(
          (piece, i) => [piece, i],
        ),
      ),
    },
  }),
);

describe('word pieces', () => {
  it('are as long as can be, of small letters without accents, signs on their own', () => {
    const names = [...VOCABULARY.pieces.keys()];
    const pieces = (text: string) => wordPieces(text, VOCABULARY).map((number) => names[number]);
    expect(pieces("The LIGHTships' café!")).toEqual([
      '[CLS]',
      'the',
      'light',
      '##ship',
      '##s',
      "'",
      'cafe',
      '!',
      '[SEP]',
    ]);
    expect(pieces('lightx 映映')).toEqual(['[CLS]', '[UNK]', '映', '映', '[SEP]']);
    expect(pieces('')).toEqual(['[CLS]', '[SEP]']);
    expect(pieces('the '.repeat(500))).toHaveLength(128);
  });
});

describe('the model of meanings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'marquee-meaning-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const served = async (body: Uint8Array, work: (mavenUrl: string) => Promise<void>) => {
    const server = createServer((_, response) => void response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };

  it('is not used if it is another one, or no archive, and not waited for if nobody has it', async () => {
    const files = ['all-minilm-l6-v2-q.onnx', 'all-minilm-l6-v2-q-tokenizer.json'];
    const other = zipSync(Object.fromEntries(files.map((name) => [name, Buffer.from('something else')])));
    for (const body of [other, Buffer.from('no archive')]) {
      await served(body, async (mavenUrl) => {
        const asked = modelFiles('meaning', { ...MODELS, folder, mavenUrl }, { signal: new AbortController().signal });
        await expect(asked).rejects.toMatchObject({
          code: 'MODELS_DOWN',
          message: expect.stringContaining('is not the model that Marquee knows'),
        });
      });
    }
    const embedder = createEmbedder({ ...MODELS, folder, mavenUrl: NOWHERE });
    const asked = () => embedder.embed(['x'], AbortSignal.timeout(5000));
    await expect(asked()).rejects.toMatchObject({
      code: 'MODELS_DOWN',
      message: expect.stringContaining('127.0.0.1:9'),
    });
    await expect(asked()).rejects.toMatchObject({ code: 'MODELS_DOWN' });
    await embedder.close();
  });
});

describe.skipIf(missing !== null && !isRequired)(`meanings (${missing ?? 'by MiniLM'})`, () => {
  it('say which of some lines means what is asked, in whatever words', async () => {
    const embedder = createEmbedder({ ...MODELS, mavenUrl: NOWHERE });
    try {
      const lines = [
        'The last ferry leaves at nine.',
        'Nobody waits for us at the harbour.',
        'Then we row, you and I.',
        'The café is closed, and so is the kitchen.',
        'I hear the bells of the lightship.',
        'That is the wind in the wires.',
      ];
      const signal = AbortSignal.timeout(60_000);
      const meanings = await embedder.embed(lines, signal);
      expect(meanings.map(({ length }) => length)).toEqual(lines.map(() => 384));
      for (const [asked, wanted] of [
        ['when does the boat go', 0],
        ['we will be met by no one in port', 1],
        ['the coffee shop is shut', 3],
        ['a ringing sound out at sea', 4],
      ] as const) {
        const [meaning] = await embedder.embed([asked], signal);
        const by = meanings.map((each) => each.reduce((sum, value, i) => sum + value * (meaning?.[i] ?? 0), 0));
        expect(by.indexOf(Math.max(...by)), asked).toBe(wanted);
      }
    } finally {
      await embedder.close();
    }
  }, 60_000);
});
