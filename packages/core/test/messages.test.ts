import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { JobId, MovieId, TaskId } from '../src/ids.ts';
import { messageSchemaFiles } from '../src/message-schemas.ts';
import {
  ENVELOPE_VERSION,
  isNewer,
  MESSAGE_TYPES,
  type MessageType,
  newerDelayMs,
  newMessage,
  type Payload,
  parseMessage,
} from '../src/messages.ts';
import { chunkTask, INSPECTION, newFilmJob, planner, thumbnailTask, windowTask } from './film.ts';

const job = newFilmJob();
const ids = { jobId: job.id, movieId: job.movieId, taskId: 'j:t:0' as TaskId, outputPrefix: 'media/m/j/' };
const source = { sourceKey: 'uploads/u/source', containerStartSec: 0 };

const SAMPLES: { [T in MessageType]: Payload<T> } = {
  'video.uploaded': { jobId: 'j' as JobId, movieId: 'm' as MovieId, sourceKey: 'uploads/u/source' },
  'video.inspect': { ...ids, sourceKey: 'uploads/u/source', scope: 'index', inspection: INSPECTION },
  'video.transcode': chunkTask(job, 1, 3).payload,
  'video.encode_audio': windowTask(job, 1, 3).payload,
  'video.generate_thumbnails': thumbnailTask(job, 'posters', 60, { kind: 'posters', segments: [0, 4], count: 2 })
    .payload,
  'video.generate_subtitles': {
    ...ids,
    ...source,
    container: 'matroska',
    rendition: {
      name: 'en-0',
      streamIndex: 2,
      codec: 'subrip',
      language: 'en',
      title: '',
      default: false,
      forced: false,
      hearingImpaired: true,
    },
    zeroSec: 0.021,
    untilSec: 126,
    segmentFrames: 96,
    fps: { num: 24, den: 1 },
  },
  'video.ai_analysis': {
    ...ids,
    ...source,
    analysis: 'shots',
    plan: planner(3).opening(job, INSPECTION).plan,
    hasChapters: false,
  },
  'video.package': { ...ids, plan: planner(3).opening(job, INSPECTION).plan, throughChunk: 1, final: false },
  'task.finished': { jobId: 'j' as JobId, taskId: 'j:t:0' as TaskId },
};

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('messages', () => {
  it.each(MESSAGE_TYPES)('%s comes back from JSON as it went', (type) => {
    const message = newMessage(type, SAMPLES[type], TRACEPARENT);
    expect(parseMessage(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  it.each(MESSAGE_TYPES)('%s without any one of its fields is refused, and the field is named', (type) => {
    for (const field of Object.keys(SAMPLES[type])) {
      const payload: Record<string, unknown> = { ...SAMPLES[type] };
      delete payload[field];
      const message = { ...newMessage(type, SAMPLES[type]), payload };
      expect(() => parseMessage(message)).toThrow(
        expect.objectContaining({ code: 'MESSAGE_INVALID', message: expect.stringContaining(field) }),
      );
    }
  });

  it.each([
    ['no envelope', 'hello'],
    ['null', null],
    ['another version', { ...newMessage('task.finished', SAMPLES['task.finished']), version: 2 }],
    ['an unknown type', { ...newMessage('task.finished', SAMPLES['task.finished']), type: 'video.burn' }],
    ['a broken trace', { ...newMessage('task.finished', SAMPLES['task.finished']), traceparent: '00-zz' }],
    ['a time that is none', { ...newMessage('task.finished', SAMPLES['task.finished']), occurredAt: 'yesterday' }],
    [
      'a prefix that is no folder',
      newMessage('video.ai_analysis', { ...SAMPLES['video.ai_analysis'], outputPrefix: 'media' }),
    ],
  ])('refuses %s', (_, body) => {
    expect(() => parseMessage(body)).toThrow(expect.objectContaining({ code: 'MESSAGE_INVALID' }));
  });

  it('tell a newer version, which others may know, from what makes no sense', () => {
    const message = newMessage('task.finished', SAMPLES['task.finished']);
    expect(isNewer({ ...message, version: ENVELOPE_VERSION + 1 })).toBe(true);
    for (const body of [message, { ...message, version: 0 }, { ...message, version: '9' }, null, 'hello', [9]])
      expect(isNewer(body)).toBe(false);
    expect([1, 2, 5, 9, 1000].map(newerDelayMs)).toEqual([20, 40, 320, 3000, 3000]);
  });

  it('are documented as they are (else run scripts/export-messages.ts)', () => {
    const folder = join(import.meta.dirname, '../../../docs/messages');
    const files = messageSchemaFiles();
    expect(readdirSync(folder).sort()).toEqual(files.map((file) => file.name).sort());
    for (const { name, text } of files) expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
  });
});
