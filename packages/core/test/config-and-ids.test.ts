import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadConfig, VARIABLES } from '../src/config.ts';
import { ERROR_CODES, isMarqueeError, MarqueeError, outcomeOf, toMarqueeError } from '../src/errors.ts';
import { type JobId, newId, taskId } from '../src/ids.ts';

describe('ids', () => {
  it('sort by their time of birth and are fit for file names', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 50 - 2 }), fc.integer({ min: 1, max: 1_000_000 }), (ms, later) => {
        const first = newId<JobId>(ms);
        const second = newId<JobId>(Math.min(2 ** 50 - 1, ms + later));
        expect(first).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
        expect(first < second).toBe(true);
      }),
    );
  });

  it('do not repeat', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newId(1))).size).toBe(10_000);
  });

  it('of tasks follow from the job and the piece', () => {
    expect(taskId('j' as JobId, 'transcode', '00012')).toBe('j:transcode:00012');
  });
});

describe('config', () => {
  const BAD: Partial<Record<keyof typeof VARIABLES, string>> = {
    PORT: '70000',
    PUBLIC_URL: 'not a url',
    MARQUEE_ADMIN_SECRET: 'short',
    TRANSCODE_CONCURRENCY: '0',
    X264_PRESET: 'placebo',
    X264_CRF: '9',
    MAX_SOURCE_BYTES: '-1',
    MAX_SOURCE_HOURS: 'many',
    MAX_SOURCE_PIXELS: '1.5',
    MAX_FPS: '500',
    MAX_RUNG: '0',
    TOOL_STALL_SEC: '0',
    TOOL_MEMORY_BYTES: 'x',
    MIN_FREE_BYTES: '-5',
    LEASE_SEC: '0',
    OPEN_WINDOW: '0',
    RABBITMQ_URL: 'http://user:hunter2hunter2@host',
    RABBITMQ_MANAGEMENT_URL: 'amqp://host',
    SQS_ENDPOINT: 'sqs.eu-west-1.amazonaws.com',
    QUEUE_PREFIX: 'Has Space',
    MONGODB_URL: 'mongodb:',
    S3_BUCKET: 'Films_',
    S3_ENDPOINT: 's3://films',
    S3_ENCRYPTION: 'rot13',
    MEDIA_BASE_URL: '/media',
    CLOUDFRONT_KEY_ID: 'a key',
    CLOUDFRONT_PRIVATE_KEY: 'hunter2hunter2',
    REDIS_URL: 'localhost:6379',
    TMDB_API_KEY: 'a key with spaces',
    TMDB_BASE_URL: 'api.themoviedb.org',
    TMDB_IMAGE_URL: '/t/p',
    TMDB_LANGUAGE: 'English',
    TMDB_COUNTRY: 'us',
    LLM_BASE_URL: 'localhost:11434',
    LLM_API_KEY: 'a key with spaces',
    LLM_MAX_INPUT_CHARS: '3999',
    LLM_TIMEOUT_SEC: '0',
    SPEECH_PROVIDER: 'whisper',
    SPEECH_BASE_URL: 'api.openai.com',
    SPEECH_API_KEY: 'a key with spaces',
    SPEECH_FOR: 'English',
    SPEECH_MAX_BYTES: '100',
    SPEECH_MAX_MINUTES: '0',
    SPEECH_TIMEOUT_SEC: '301',
    PICTURE_BASE_URL: 'ftp://pictures',
    PICTURE_API_KEY: 'a key with spaces',
    PICTURE_POSTER_SIZE: 'large',
    PICTURE_BACKDROP_SIZE: '0x10',
    PICTURE_TIMEOUT_SEC: '0',
    DUB_TO: 'German',
    DUB_BASE_URL: '/v1',
    DUB_API_KEY: 'a key with spaces',
    DUB_MAX_CHARS: '-1',
    DUB_TIMEOUT_SEC: 'soon',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'no list',
    TRANSLATE_TO: 'German, French',
    HEALTH_PORT: '70000',
    DRAIN_SEC: '-1',
    LOG_LEVEL: 'loud',
  };

  it.each(Object.entries(BAD))('refuses %s=%s by name, without repeating the value', (name, value) => {
    let thrown: unknown;
    try {
      loadConfig({ [name]: value });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(`${name} is not valid`) });
    if (name === 'RABBITMQ_URL' || name === 'MARQUEE_ADMIN_SECRET' || name.endsWith('_KEY'))
      expect((thrown as Error).message).not.toContain(value);
  });

  it('has a default for everything, takes the empty string as absent, and makes paths absolute', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']));
    expect(loadConfig(empty)).toEqual(loadConfig({}));
    const config = loadConfig({ MARQUEE_DATA: 'here', LEASE_SEC: '7', MAX_SOURCE_HOURS: '2' });
    expect(config.dataDir).toMatch(/^\/.*\/here$/);
    expect(config.workDir).toBe(`${config.dataDir}/work`);
    expect(config.leaseMs).toBe(7000);
    expect(config.limits.sourceSec).toBe(7200);
  });

  it('lets anybody sign up only where there is mail, and mail only with a sender and an address for its links', () => {
    const mail = { SMTP_URL: 'smtp://host:25', MAIL_FROM: 'm@example.org', PUBLIC_URL: 'https://films.example' };
    expect(loadConfig({})).toMatchObject({ signUp: 'closed', mail: null, proxyHops: 0 });
    expect(loadConfig({ ...mail, SIGN_UP: 'open' })).toMatchObject({ signUp: 'open', mail: { url: 'smtp://host:25' } });
    expect(() => loadConfig({ SIGN_UP: 'open' })).toThrow('SMTP_URL');
    expect(() => loadConfig({ ...mail, MAIL_FROM: '' })).toThrow('MAIL_FROM is not');
    expect(() => loadConfig({ ...mail, PUBLIC_URL: '' })).toThrow('PUBLIC_URL is not');
  });

  it('swaps an engine for each address', () => {
    const embedded = loadConfig({});
    expect([embedded.queue, embedded.store, embedded.objects, embedded.cache]).toEqual([null, null, null, null]);
    const fleet = loadConfig({
      RABBITMQ_URL: 'amqp://user:password@host',
      MONGODB_URL: 'mongodb://one:27017,two:27017/films?replicaSet=rs0',
      S3_BUCKET: 'films',
      S3_ENDPOINT: 'http://host:9000',
      MEDIA_BASE_URL: 'https://cdn.example/',
      REDIS_URL: 'redis://host',
    });
    expect(fleet.queue).toMatchObject({ kind: 'rabbitmq', prefix: 'marquee' });
    expect(fleet.store?.database).toBe('films');
    expect(loadConfig({ MONGODB_URL: 'mongodb+srv://host' }).store?.database).toBe('marquee');
    expect(loadConfig({ MONGODB_URL: 'mongodb://host/?w=1' }).store?.database).toBe('marquee');
    expect(fleet.objects).toMatchObject({ bucket: 'films', mediaBaseUrl: 'https://cdn.example', encryption: 'none' });
    expect(loadConfig({ SQS_ENDPOINT: 'https://sqs.eu-west-1.amazonaws.com' }).queue?.kind).toBe('sqs');
  });

  it('signs for CloudFront with both halves of a key and an address, and shows neither', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const whole = {
      S3_BUCKET: 'films',
      MEDIA_BASE_URL: 'https://cdn.example/',
      CLOUDFRONT_KEY_ID: 'K2JCJMDEHXQW5F',
      CLOUDFRONT_PRIVATE_KEY: pem.replaceAll('\n', '\\n'),
    };
    const config = loadConfig(whole);
    expect(config.objects?.cloudFront).toEqual({ keyId: 'K2JCJMDEHXQW5F', privateKey: pem.trim() });
    expect(JSON.stringify(config.variables)).not.toContain(pem.split('\n')[1]);
    expect(loadConfig({ S3_BUCKET: 'films', MEDIA_BASE_URL: 'https://cdn.example' }).objects?.cloudFront).toBeNull();
    for (const name of ['MEDIA_BASE_URL', 'CLOUDFRONT_KEY_ID', 'CLOUDFRONT_PRIVATE_KEY'])
      expect(() => loadConfig({ ...whole, [name]: '' }), name).toThrow(`${name} is not`);
    // Another curve is another signature.
    const other = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(() => loadConfig({ ...whole, CLOUDFRONT_PRIVATE_KEY: other })).toThrow('no private key');
  });

  it('takes a language model by its address and its name, and nothing secret in the address', () => {
    expect(loadConfig({}).llm).toBeNull();
    expect(loadConfig({ LLM_BASE_URL: 'http://localhost:11434/v1/', LLM_MODEL: 'small:3b' }).llm).toEqual({
      baseUrl: 'http://localhost:11434/v1',
      model: 'small:3b',
      apiKey: null,
      maxInputChars: 12_000,
      timeoutMs: 120_000,
      translateTo: [],
    });
    const model = { LLM_BASE_URL: 'http://localhost:11434/v1', LLM_MODEL: 'small:3b' };
    expect(loadConfig({ ...model, TRANSLATE_TO: 'de, pt-br,de' }).llm?.translateTo).toEqual(['de', 'pt-BR']);
    expect(() => loadConfig({ TRANSLATE_TO: 'de' })).toThrow('LLM_BASE_URL is not');
    expect(() => loadConfig({ LLM_BASE_URL: 'http://localhost:11434/v1' })).toThrow('LLM_MODEL is not');
    expect(() => loadConfig({ LLM_MODEL: 'small:3b' })).toThrow('LLM_BASE_URL is not');
    const withKey = { LLM_BASE_URL: 'https://me:hunter2@llm.example/v1', LLM_MODEL: 'small:3b' };
    expect(() => loadConfig(withKey)).toThrow('A key belongs in LLM_API_KEY.');
  });

  it('takes services outside by what they speak, their address and their model', () => {
    expect(loadConfig({}).speechProvider).toBeNull();
    const service = { SPEECH_PROVIDER: 'deepgram', SPEECH_BASE_URL: 'https://ear.example/v1/', SPEECH_MODEL: 'nova' };
    expect(loadConfig(service).speechProvider).toEqual({
      protocol: 'deepgram',
      baseUrl: 'https://ear.example/v1',
      model: 'nova',
      apiKey: null,
      languages: 'rest',
      maxBytes: 200_000,
      maxMs: 14_400_000,
      timeoutMs: 60_000,
    });
    expect(() => loadConfig({ SPEECH_API_KEY: 'abcdef' })).toThrow('SPEECH_PROVIDER is not');
    expect(() => loadConfig({ ...service, SPEECH_MODEL: '' })).toThrow('SPEECH_MODEL is not set');
    expect(() => loadConfig({ ...service, SPEECH_BASE_URL: 'https://a:b@ear.example' })).toThrow(
      'A key belongs in SPEECH_API_KEY.',
    );
    expect(loadConfig({}).pictureProvider).toBeNull();
    expect(() => loadConfig({ PICTURE_API_KEY: 'abcdef' })).toThrow('PICTURE_BASE_URL is not set');
    const pictures = { PICTURE_BASE_URL: 'http://host/v1/', PICTURE_MODEL: 'brush' };
    expect(loadConfig(pictures).pictureProvider).toEqual({
      baseUrl: 'http://host/v1',
      model: 'brush',
      apiKey: null,
      sizes: { poster: '1024x1536', backdrop: '1536x1024' },
      timeoutMs: 180_000,
    });
    expect(loadConfig({}).voiceProvider).toBeNull();
    const voice = { DUB_BASE_URL: 'http://host/v1/', DUB_MODEL: 'mouth' };
    expect(() => loadConfig(voice)).toThrow('DUB_TO is not set');
    expect(() => loadConfig({ DUB_TO: 'de' })).toThrow('DUB_BASE_URL is not set');
    expect(loadConfig({ ...voice, DUB_TO: 'de, pt-br' }).voiceProvider).toEqual({
      baseUrl: 'http://host/v1',
      model: 'mouth',
      apiKey: null,
      voice: 'alloy',
      dubTo: ['de', 'pt-BR'],
      maxChars: 150_000,
      timeoutMs: 60_000,
    });
    const key = loadConfig({ SPEECH_API_KEY: 'abcdef', ...service }).variables.find(
      ({ name }) => name === 'SPEECH_API_KEY',
    );
    expect(key).toMatchObject({ isSecret: true, value: null, from: 'environment' });
  });

  it('takes a collector of traces by its address, with what it wants in headers', () => {
    expect(loadConfig({ OTEL_SERVICE_NAME: 'house' }).tracing).toBeNull();
    const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://localhost:4318/';
    const OTEL_EXPORTER_OTLP_HEADERS = 'Authorization=Basic%20aGk=, x-house=one';
    const read = loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS });
    expect(read.tracing).toEqual({
      endpoint: 'http://localhost:4318',
      headers: { authorization: 'Basic aGk=', 'x-house': 'one' },
      serviceName: 'marquee',
    });
    expect(JSON.stringify(read.variables)).not.toContain('aGk');
    const withPassword = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://me:hunter2@collector.example' };
    expect(() => loadConfig(withPassword)).toThrow('They belong in OTEL_EXPORTER_OTLP_HEADERS.');
  });

  it('has a catalogue with a key alone', () => {
    expect(loadConfig({ TMDB_BASE_URL: 'http://localhost:4600/3' }).catalogue).toBeNull();
    expect(
      loadConfig({ TMDB_API_KEY: '0123456789abcdef', TMDB_BASE_URL: 'http://localhost:4600/3/' }).catalogue,
    ).toEqual({
      apiKey: '0123456789abcdef',
      baseUrl: 'http://localhost:4600/3',
      imageUrl: 'https://image.tmdb.org/t/p',
      language: 'en-US',
      country: 'US',
    });
  });

  it('refuses combinations that say two things, or half of one', () => {
    const both = { RABBITMQ_URL: 'amqp://host', SQS_ENDPOINT: 'https://host' };
    expect(() => loadConfig(both)).toThrow('both set');
    expect(() => loadConfig({ S3_ENDPOINT: 'http://host' })).toThrow('S3_BUCKET');
  });
});

describe('errors', () => {
  it('have an outcome for every code', () => {
    for (const code of ERROR_CODES) expect(outcomeOf(code)).toBeTypeOf('string');
  });

  it('are read from whatever was thrown', () => {
    const ours = new MarqueeError('DISK_FULL', 'Full.', { retryAfterMs: 5 });
    expect(toMarqueeError(ours)).toBe(ours);
    expect(toMarqueeError(Object.assign(new Error('x'), { code: 'ENOSPC' })).code).toBe('DISK_FULL');
    expect(toMarqueeError('just words')).toMatchObject({ code: 'INTERNAL', message: 'just words' });
    expect(toMarqueeError(new Error('')).message).not.toBe('');
    expect(isMarqueeError(new Error('x'))).toBe(false);
  });
});
