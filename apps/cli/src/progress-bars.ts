import type { StageProgress } from '@marquee/core/advance';
import { isOver } from '@marquee/core/job';
import { Listr, type ListrTaskWrapper } from 'listr2';
import { createPace, type Pace, type ProgressView, paceText, STAGE_NAMES } from './progress.ts';

const BAR_WIDTH = 28;
const NAME_WIDTH = Math.max(...Object.values(STAGE_NAMES).map((name) => name.length));

interface Row {
  stage: StageProgress['stage'];
  task: ListrTaskWrapper<unknown, never, never> | null;
  done: PromiseWithResolvers<void>;
}

/** One bar per stage, drawn on stderr and redrawn in place. */
export function createBars(): ProgressView {
  const paceOf = createPace();
  const rows: Row[] = (Object.keys(STAGE_NAMES) as Row['stage'][]).map((stage) => ({
    stage,
    task: null,
    done: Promise.withResolvers<void>(),
  }));
  let last: Pace | null = null;
  const list = new Listr(
    rows.map((row) => ({
      title: title(row.stage, null),
      task: (_, task) => {
        row.task = task as unknown as Row['task'];
        draw();
        return row.done.promise;
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: { collapseErrors: false, showErrorMessage: false },
    },
  );
  const ended = list.run().catch(() => {});

  function draw(): void {
    for (const row of rows) if (row.task) row.task.title = title(row.stage, last);
  }

  return {
    show(snapshot) {
      last = paceOf(snapshot);
      draw();
      for (const { stage, done } of rows) {
        const progress = last.stages.find((each) => each.stage === stage);
        if (progress && progress.total > 0 && progress.share === 1 && snapshot.job.plan?.frameCount != null)
          done.resolve();
      }
      if (isOver(snapshot.job.status) && snapshot.job.status === 'ready') for (const { done } of rows) done.resolve();
    },
    async end() {
      for (const { done } of rows) done.reject(new Error('not finished'));
      await ended;
    },
  };
}

function title(stage: Row['stage'], pace: Pace | null): string {
  const progress = pace?.stages.find((each) => each.stage === stage);
  const share = progress?.share ?? 0;
  const full = Math.round(share * BAR_WIDTH);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
  const count = progress && progress.total > 0 ? `${progress.done}/${progress.total}` : '';
  const tail = stage === 'transcode' && pace && share < 1 ? paceText(pace) : '';
  return [STAGE_NAMES[stage].padEnd(NAME_WIDTH), bar, `${Math.floor(share * 100)} %`.padStart(5), count, tail]
    .filter((part) => part !== '')
    .join('  ');
}
