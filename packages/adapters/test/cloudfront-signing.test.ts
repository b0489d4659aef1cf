import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createCloudFrontSigner } from '../src/cloudfront-signing.ts';
import { createSigner } from '../src/disk-signing.ts';
import { handleRelayedRequest } from '../src/relay-http.ts';
import { createS3Objects } from '../src/s3-objects.ts';

const BASE = 'https://media.films.example';
const KEY_ID = 'K2JCJMDEHXQW5F';
const KEY = 'media/m/j/video/h264-720/1.m4s';
const NOW_MS = 1_795_000_000_000;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

const pairs = {
  RSA: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'prime256v1' }),
};
const pemOf = (name: keyof typeof pairs) => pairs[name].privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

/** Reads an address as CloudFront does: the policy that was signed, if it was signed, and whether it lets this one in. */
function asCloudFront(address: string, name: keyof typeof pairs, nowMs: number) {
  const url = new URL(address);
  const bytes = (field: string) =>
    Buffer.from(
      (url.searchParams.get(field) ?? '').replaceAll('-', '+').replaceAll('_', '=').replaceAll('~', '/'),
      'base64',
    );
  const policy = bytes('Policy');
  const isSigned = createVerify('sha1').update(policy).verify(pairs[name].publicKey, bytes('Signature'));
  const { Statement } = JSON.parse(policy.toString()) as {
    Statement: { Resource: string; Condition: { DateLessThan: { 'AWS:EpochTime': number } } }[];
  };
  const [{ Resource, Condition }] = Statement as [(typeof Statement)[0]];
  const covers = (path: string) => {
    const pattern = Resource.replace(/[.+^${}()|[\]\\?]/g, '\\$&').replaceAll('*', '.*');
    return new RegExp(`^${pattern}$`).test(`${url.origin}${path}`);
  };
  const untilSec = Condition.DateLessThan['AWS:EpochTime'];
  return { isSigned, covers, untilSec, isOpen: isSigned && covers(url.pathname) && nowMs / 1000 < untilSec, url };
}

describe('addresses that CloudFront lets in', () => {
  it.each(['RSA', 'P-256'] as const)('are signed by a custom policy, with a key of %s', (name) => {
    const signer = createCloudFrontSigner({ baseUrl: BASE, keyId: KEY_ID, privateKey: pemOf(name) });
    const read = asCloudFront(signer.signRead(KEY, 900, NOW_MS), name, NOW_MS);
    expect(read.isOpen).toBe(true);
    expect(read.url.pathname).toBe(`/${KEY}`);
    expect(read.url.searchParams.get('Key-Pair-Id')).toBe(KEY_ID);
    expect([...read.url.searchParams.keys()].sort()).toEqual(['Key-Pair-Id', 'Policy', 'Signature']);
    // Every sign of the query is one that it may hold.
    expect(read.url.search).toMatch(/^\?[\w=&~-]+$/);
  });

  it('cover the version that the object is part of, and nothing beside it', () => {
    const signer = createCloudFrontSigner({ baseUrl: BASE, keyId: KEY_ID, privateKey: pemOf('RSA') });
    const { covers } = asCloudFront(signer.signRead(KEY, 900, NOW_MS), 'RSA', NOW_MS);
    expect(covers('/media/m/j/posters/3.jpg')).toBe(true);
    for (const other of ['/media/m/j2/video/1.m4s', '/media/m2/j/video/1.m4s', '/uploads/u/source', '/media/m/jj/1'])
      expect(covers(other), other).toBe(false);
    const alone = asCloudFront(signer.signRead('media/m/cover.webp', 900, NOW_MS), 'RSA', NOW_MS);
    expect(alone.isOpen).toBe(true);
    expect(alone.covers('/media/m/other.webp')).toBe(false);
  });

  it('end when they were to, a minute later at most, and are shared until then', () => {
    const signer = createCloudFrontSigner({ baseUrl: BASE, keyId: KEY_ID, privateKey: pemOf('P-256') });
    for (const offsetMs of [0, 1, 29_999, 59_999]) {
      const { untilSec } = asCloudFront(signer.signRead(KEY, 900, NOW_MS + offsetMs), 'P-256', NOW_MS);
      const leftSec = untilSec - (NOW_MS + offsetMs) / 1000;
      expect(leftSec).toBeGreaterThanOrEqual(900);
      expect(leftSec).toBeLessThanOrEqual(960);
    }
    // ECDSA signs otherwise each time: equal means kept.
    const [one, other] = [KEY, KEY.replace('1.m4s', '2.m4s')].map((key) => signer.signRead(key, 900, NOW_MS));
    expect(other?.split('?')[1]).toBe(one?.split('?')[1]);
    const later = signer.signRead(KEY, 900, NOW_MS + 61_000);
    expect(later.split('?')[1]).not.toBe(one?.split('?')[1]);
  });

  it('end with their signature: a policy that was changed is no longer signed', () => {
    const signer = createCloudFrontSigner({ baseUrl: BASE, keyId: KEY_ID, privateKey: pemOf('RSA') });
    const url = new URL(signer.signRead(KEY, 900, NOW_MS));
    const forged = Buffer.from(
      JSON.stringify({
        Statement: [{ Resource: `${BASE}/*`, Condition: { DateLessThan: { 'AWS:EpochTime': 9_999_999_999 } } }],
      }),
    ).toString('base64');
    url.searchParams.set('Policy', forged.replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~'));
    expect(asCloudFront(url.href, 'RSA', NOW_MS).isSigned).toBe(false);
  });

  it('take keys of any form that objects may have', () => {
    const signer = createCloudFrontSigner({ baseUrl: BASE, keyId: KEY_ID, privateKey: pemOf('RSA') });
    const read = asCloudFront(signer.signRead('media/m/j/a+b.vtt', 60, NOW_MS), 'RSA', NOW_MS);
    expect(read.isOpen).toBe(true);
    expect(read.url.pathname).toBe('/media/m/j/a%2Bb.vtt');
  });

  it('are where the site sends readers on to, with the bucket closed', async () => {
    const objects = createS3Objects({
      endpoint: null,
      region: 'eu-west-1',
      bucket: 'films',
      encryption: 'none',
      mediaBaseUrl: BASE,
      cloudFront: { keyId: KEY_ID, privateKey: pemOf('RSA') },
      allowedOrigins: ['https://films.example'],
      publicMedia: false,
      log: SILENT as never,
    });
    const signer = createSigner({ publicPath: '/objects', secret: 'the key of the site' });
    try {
      // No folder is signed for the reader: the site sees to that, and each name of a playlist comes by it.
      expect(objects.features.signedFolders).toBe(false);
      const path = `${signer.signRead('media/m/j/', 60, true)}video/h264-720/1.m4s`;
      const answer = await handleRelayedRequest({ objects, signer }, new Request(`https://films.example${path}`));
      expect(answer.status).toBe(302);
      const location = answer.headers.get('location') ?? '';
      expect(asCloudFront(location, 'RSA', Date.now()).isOpen).toBe(true);
      expect(location).toContain(`${BASE}/${KEY}?`);
      // Sources are never there.
      await expect(objects.signRead('media/m/j/', { expiresSec: 60, folder: true })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
    } finally {
      await objects.close();
    }
  });
});
