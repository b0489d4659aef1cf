import type { PictureProviderConfig } from '@marquee/core/config-providers';
import { type MovieId, newId } from '@marquee/core/ids';
import { type MovieDetails, newMovie } from '@marquee/core/movie';
import { picturePrompt } from '@marquee/core/picture-maker';
import type { Logger } from '@marquee/core/ports';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import '../../../scripts/embedded-engines.ts';
import { type ProviderMode, type ProviderStub, startProviderStub } from '../../../scripts/provider-stub.ts';
import { createPictureMaker } from '../src/provider-pictures.ts';

const { signal } = new AbortController();
const DETAILS: Partial<MovieDetails> = {
  tagline: 'The last keeper leaves.',
  synopsis: `A lighthouse\nis given up. ${'The sea comes nearer. '.repeat(200)}`,
  year: 1968,
  genres: ['Drama', 'History'],
  cast: [{ name: 'Ada Lovelace', role: 'Keeper' }],
};

let stub: ProviderStub;
let before = 0;
let logged: unknown[] = [];
const note = (message: string, fields?: unknown) => void logged.push({ message, fields });
const log: Logger = { debug: note, info: note, warn: note, error: note };

beforeAll(async () => {
  stub = await startProviderStub();
});
afterEach(() => {
  stub.mode('well');
  expect(JSON.stringify(logged)).not.toContain(stub.apiKey);
  expect(JSON.stringify(logged)).not.toContain('lighthouse');
  logged = [];
  before = stub.requests().length;
});
afterAll(() => stub.close());

const asked = () => stub.requests().slice(before);

function film(details: Partial<MovieDetails> = DETAILS) {
  const movie = newMovie({ id: newId<MovieId>(), title: 'The Rock', nowMs: 0 });
  return { ...movie, details: { ...movie.details, ...details } };
}

const maker = (more: Partial<PictureProviderConfig> = {}) =>
  createPictureMaker(
    {
      baseUrl: stub.url,
      model: 'brush-1',
      apiKey: stub.apiKey,
      sizes: { poster: '128x192', backdrop: '192x128' },
      timeoutMs: 20_000,
      ...more,
    },
    log,
  );

describe('a service that makes pictures', () => {
  it('is told what the page says, and nothing of the people in the film', async () => {
    const prompt = picturePrompt(film(), 'poster');
    const png = await maker().make(prompt, { use: 'poster', signal });
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([128, 192]);
    const [request] = asked();
    expect(request?.path).toBe('/v1/images/generations');
    expect(request?.fields).toEqual({
      model: 'brush-1',
      prompt,
      n: 1,
      size: '128x192',
      response_format: 'b64_json',
    });
    expect(prompt.split('\n')).toEqual([
      'Paint the picture of a film poster, upright, with one strong subject. No letters, words, logos, frames or borders anywhere in it. The film:',
      'Title: The Rock',
      'Year: 1968',
      'Genres: Drama, History',
      'In a sentence: The last keeper leaves.',
      expect.stringMatching(/^What happens: A lighthouse is given up\. The sea .{1300,1480}$/),
    ]);
    expect(prompt).not.toContain('Ada');
    expect(picturePrompt(film({}), 'backdrop').split('\n').slice(1)).toEqual(['Title: The Rock']);
  });

  it('may refuse to be told in which form a picture is wanted, and is told once', async () => {
    stub.mode('fussy');
    const fussy = maker();
    for (const use of ['poster', 'backdrop'] as const)
      expect((await fussy.make('A rock.', { use, signal })).length).toBeGreaterThan(100);
    expect(asked().map(({ fields }) => [fields.size, fields.response_format])).toEqual([
      ['128x192', 'b64_json'],
      ['128x192', undefined],
      ['192x128', undefined],
    ]);
  });

  it('says what is wrong where it gives none', async () => {
    const host = new URL(stub.url).host;
    const ends = {
      limited: ['RATE_LIMITED', `${host} limits how often it is asked.`],
      refusing: ['INPUT_UNSUPPORTED', expect.stringContaining('rejected by our safety system (…)')],
      unauthorized: ['CONFIG_INVALID', `${host} refuses the key in PICTURE_API_KEY.`],
      broken: ['OUTPUT_INVALID', expect.stringContaining('it is no JSON')],
      formless: ['OUTPUT_INVALID', expect.stringContaining('cannot be read (data: ')],
      elsewhere: ['OUTPUT_INVALID', expect.stringContaining('it holds no picture')],
    };
    for (const [mode, [code, message]] of Object.entries(ends)) {
      stub.mode(mode as ProviderMode);
      await expect(maker().make('A rock.', { use: 'poster', signal })).rejects.toMatchObject({ code, message });
    }
    stub.mode('silent');
    await expect(maker({ timeoutMs: 50 }).make('A rock.', { use: 'poster', signal })).rejects.toMatchObject({
      code: 'PROVIDER_DOWN',
    });
  });
});
