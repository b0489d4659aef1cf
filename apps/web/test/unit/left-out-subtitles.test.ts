import type { JobId, MovieId, TaskId } from '@marquee/core/ids';
import { newJob, type SubtitlesResult, type Task, taskRow } from '@marquee/core/job';
import { expect, it } from 'vitest';
import { jobView } from '../../view/job-view.ts';

const job = newJob({
  ...{ id: '01job' as JobId, movieId: '01movie' as MovieId, sourceKey: 'uploads/u/source' },
  ...{ fileName: 'a.mp4', sizeBytes: 4, nowMs: 1 },
});

/** A task of subtitles that came to nothing for a reason. */
function leftOut(sentence: string, automatic?: 'tiny'): Task {
  const marks = { title: '', default: false, forced: false, hearingImpaired: false };
  const rendition = { name: 'en-0', streamIndex: 2, codec: 'subrip', language: 'en', ...marks };
  const id = `01job:generate_subtitles:${automatic ?? 'en-0'}` as TaskId;
  const result: SubtitlesResult = { leftOut: sentence, cues: 0, sizeBytes: 0, segments: [] };
  const task = taskRow<'video.generate_subtitles'>({
    ...{ id, jobId: job.id, type: 'video.generate_subtitles', piece: 'en-0', order: 15 },
    payload: {
      ...{ jobId: job.id, movieId: job.movieId, taskId: id, outputPrefix: job.outputPrefix },
      ...{ sourceKey: job.sourceKey, containerStartSec: 0, container: 'mov', zeroSec: 0, untilSec: null },
      ...{ segmentFrames: 96, fps: { num: 24, den: 1 } },
      rendition: automatic === undefined ? rendition : { ...rendition, automatic },
    },
  });
  return { ...task, status: 'done', result } as Task;
}

it('a job says which subtitles it has not, and why', () => {
  const tasks = [leftOut('It holds no words.'), leftOut('Nobody speaks in it.', 'tiny')];
  const { notes } = jobView(job, tasks, 'A film', { workersSeen: true, sourceStands: true });
  expect(notes).toEqual([
    'Subtitle track 2 (en) is left out. It holds no words.',
    'No subtitles are made of what is said. Nobody speaks in it.',
  ]);
});
