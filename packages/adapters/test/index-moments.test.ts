import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { taskId } from '@marquee/core/ids';
import { indexMoments } from '@marquee/core/index-moments';
import type { NewTask } from '@marquee/core/job';
import type { Movie, UploadedSubtitles } from '@marquee/core/movie';
import type { MediaPlan, SubtitleRendition } from '@marquee/core/plan';
import type { Objects, Store } from '@marquee/core/ports';
import { type FilmSights, gatherSights, SIGHTS_NAME, summaryOf } from '@marquee/core/sights';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDiskObjects } from '../src/disk-objects.ts';
import { createSqliteStore } from '../src/sqlite-store.ts';
import { job, movie, T0 } from './store-samples.ts';

const PLAN = { fps: { num: 24, den: 1 }, segmentFrames: 96, rungs: [], audio: [] } as unknown as MediaPlan;
const version = job();
const film = movie(T0, { id: version.movieId, readyJobId: version.id });

function own(name: string, language: string, more: Partial<SubtitleRendition> = {}): SubtitleRendition {
  const marks = { title: '', default: false, forced: false, hearingImpaired: false };
  return { name, streamIndex: 2, codec: 'subrip', language, ...marks, ...more };
}

function edit(key: string, editedFrom: UploadedSubtitles['editedFrom'], language: string): UploadedSubtitles {
  const facts = { title: '', forced: false, hearingImpaired: false, fileName: '', cues: 1, addedAtMs: T0 };
  return { id: language, language, key, ...facts, ...(editedFrom ? { editedFrom } : {}) };
}

const ENGLISH = own('en-0', 'en');
const GERMAN = own('de-t0', 'de', { streamIndex: 0, translated: true });
const OF_ENGLISH = { kind: 'own', streamIndex: 2, language: 'en' } as const;
const OF_GERMAN = { kind: 'own', streamIndex: 0, language: 'de', translated: true } as const;

describe('what is said in a film', () => {
  let root: string;
  let store: Store;
  let objects: Objects;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'marquee-index-'));
    store = createSqliteStore({ file: join(root, 'marquee.db') });
    objects = createDiskObjects({ root: join(root, 'objects'), publicPath: '/objects', secret: 's' });
    await store.setup();
    await objects.setup();
    await store.movies.insert(film);
    await store.jobs.insert({ ...version, status: 'ready', plan: { ...PLAN, subtitles: [ENGLISH, GERMAN] } });
    for (const [rendition, words] of [
      [ENGLISH, 'We go to the harbour'],
      [GERMAN, 'Wir gehen zum Hafen'],
    ] as const) {
      await made(rendition);
      await write(`${version.outputPrefix}subtitles/${rendition.name}/track.vtt`, words);
    }
  });
  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true });
  });

  async function write(key: string, words: string): Promise<void> {
    const text = `WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n${words}\n`;
    await objects.put(key, Buffer.from(text), { contentType: 'text/vtt' });
  }

  async function made(rendition: SubtitleRendition): Promise<void> {
    const id = taskId(version.id, 'generate_subtitles', rendition.name);
    const payload = { rendition } as unknown as NewTask['payload'];
    const facts = { id, jobId: version.id, piece: rendition.name, order: 0 };
    await store.tasks.insert([{ ...facts, type: 'video.generate_subtitles', payload }]);
    await store.tasks.open([id]);
    await store.tasks.claim(id, { holder: 'w', leaseMs: 1000, nowMs: T0 });
    await store.tasks.finish(id, 1, { leftOut: null, cues: 1, sizeBytes: 1, segments: [] }, T0);
  }

  async function give(...subtitles: UploadedSubtitles[]): Promise<void> {
    const now = (await store.movies.get(film.id)) as Movie;
    await store.movies.update(film.id, now.version, { subtitles });
  }

  async function found(text: string, language?: string): Promise<[language: string, text: string][]> {
    const filter = language === undefined ? {} : { language };
    const moments = await store.moments.search({ text, limit: 10, listedAtMs: Number.MAX_SAFE_INTEGER, ...filter });
    return moments.map((moment) => [moment.language, moment.text]);
  }

  it('is found in each of its languages, and an edit in the place of what it was made from', async () => {
    await store.movies.update(film.id, 0, { visibility: 'published' });
    expect(await indexMoments({ store, objects }, film.id, { anew: true })).toBe(2);
    expect(await found('harbour')).toEqual([['en', 'We go to the harbour']]);
    expect(await found('hafen', 'de')).toEqual([['de', 'Wir gehen zum Hafen']]);
    expect(await found('hafen', 'en')).toEqual([]);

    await write('k1', 'We sail to the harbour');
    await write('k2', 'Wir segeln in den Hafen');
    await give(edit('k1', OF_ENGLISH, 'en'), edit('k2', OF_GERMAN, 'de'));
    expect(await indexMoments({ store, objects }, film.id, { anew: false })).toBe(2);
    expect(await found('harbour')).toEqual([['en', 'We sail to the harbour']]);
    expect(await found('hafen')).toEqual([['de', 'Wir segeln in den Hafen']]);

    await write('k3', 'We row to the harbour');
    await give(edit('k3', OF_ENGLISH, 'en'));
    await indexMoments({ store, objects }, film.id, { anew: false });
    expect(await found('harbour')).toEqual([['en', 'We row to the harbour']]);
    expect(await found('hafen')).toEqual([['de', 'Wir gehen zum Hafen']]);
    await give();
    await indexMoments({ store, objects }, film.id, { anew: false });
    expect(await found('harbour')).toEqual([['en', 'We go to the harbour']]);
  });

  it('is found beside what its pictures show and what stands in them, until they are looked at anew', async () => {
    await store.movies.update(film.id, 0, { visibility: 'published' });
    const id = taskId(version.id, 'ai_analysis', 'sights');
    const frame = { nudity: 0, faces: [], light: 0.5, colour: 0.5 };
    const sights = (lines: string[]) =>
      gatherSights(
        [
          // A container ship.
          { ...frame, atSec: 2, classes: [[510, 0.9]], lines: [] },
          {
            ...frame,
            atSec: 9,
            classes: [],
            lines: lines.map((text) => ({ text, confidence: 1, left: 0, top: 0, right: 1, bottom: 1 })),
          },
        ],
        { durationSec: 10, shots: [], scenes: [{ startSec: 0, endSec: 10 }] },
      );
    const keep = (found: FilmSights) =>
      objects.put(`${version.outputPrefix}${SIGHTS_NAME}`, Buffer.from(JSON.stringify(found)), {
        contentType: 'application/json',
      });
    await keep(sights(['HARBOUR POLICE']));
    await store.tasks.insert([
      {
        id,
        jobId: version.id,
        piece: 'sights',
        order: 0,
        type: 'video.ai_analysis',
        payload: {} as NewTask['payload'],
      },
    ]);
    expect(await indexMoments({ store, objects }, film.id, { anew: true })).toBe(2);
    expect(await found('ship')).toEqual([]);
    await store.tasks.open([id]);
    await store.tasks.claim(id, { holder: 'w', leaseMs: 1000, nowMs: T0 });
    await store.tasks.finish(id, 1, { leftOut: null, sights: summaryOf(sights([])) }, T0);
    expect(await indexMoments({ store, objects }, film.id, { anew: true })).toBe(4);
    expect(await found('ship')).toEqual([['und', 'ship']]);
    expect(await found('harbour')).toEqual([
      ['en', 'We go to the harbour'],
      ['und', 'HARBOUR POLICE'],
    ]);
    const [moment] = await store.moments.search({ text: 'police', limit: 1, listedAtMs: Number.MAX_SAFE_INTEGER });
    expect(moment).toMatchObject({ startMs: 9000, trackId: `${version.id}/letters` });

    await keep(sights([]));
    await indexMoments({ store, objects }, film.id, { anew: true });
    expect(await found('police')).toEqual([]);
    expect(await found('harbour')).toEqual([['en', 'We go to the harbour']]);
  });

  it('is what was edited last, also where somebody edits while it is read', async () => {
    await store.movies.update(film.id, 0, { visibility: 'published' });
    await write('k1', 'We sail to the harbour');
    let isEdited = false;
    const read: Objects['get'] = async (...args) => {
      const answer = await objects.get(...args);
      if (!isEdited) {
        isEdited = true;
        await give(edit('k1', OF_ENGLISH, 'en'));
        await indexMoments({ store, objects }, film.id, { anew: false });
      }
      return answer;
    };
    const disturbed: Objects = Object.assign(Object.create(objects) as Objects, { get: read });
    await indexMoments({ store, objects: disturbed }, film.id, { anew: true });
    expect(await found('harbour')).toEqual([['en', 'We sail to the harbour']]);
  });
});
