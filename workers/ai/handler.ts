import type { Analysis } from '@marquee/core/analysis';
import type { AnalysisResult } from '@marquee/core/job';
import { defineHandler, type TaskContext } from '../runtime/handler.ts';
import { modelFault } from '../runtime/model-fault.ts';
import { describeFilm } from './describe.ts';
import { findShots } from './find-shots.ts';
import { findSights } from './find-sights.ts';
import { findSkips } from './find-skips.ts';

/** What each analysis is made by. */
const MAKERS: Record<Analysis, (context: TaskContext<'video.ai_analysis'>) => Promise<AnalysisResult>> = {
  shots: findShots,
  skips: findSkips,
  describe: describeFilm,
  sights: findSights,
};

/**
 * Finds out one thing about a film that is ready. What cannot be found out is left out, with a sentence: nothing else
 * of the film depends on it.
 */
export const analyse = defineHandler({
  type: 'video.ai_analysis',
  async run(context) {
    try {
      return await MAKERS[context.task.payload.analysis](context);
    } catch (thrown) {
      const leftOut = modelFault(thrown, context);
      if (leftOut === null) throw thrown;
      context.log.warn('analysis left out', { taskId: context.task.id, error: thrown });
      return { leftOut };
    }
  },
});
