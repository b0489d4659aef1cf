import { STAGES, type StageProgress } from '@marquee/core/advance';
import { Listr, type ListrTaskWrapper } from 'listr2';
import { createPace, type Pace, type ProgressView, paceText, STAGE_NAMES } from './pace.ts';

const BAR_WIDTH = 28;
const NAME_WIDTH = Math.max(...Object.values(STAGE_NAMES).map((name) => name.length));

interface Row {
  stage: StageProgress['stage'];
  task: ListrTaskWrapper<unknown, never, never> | null;
  done: PromiseWithResolvers<void>;
  isOver: boolean;
}

/** One bar per stage, drawn on stderr and redrawn in place. */
export function createBars(): ProgressView {
  const paceOf = createPace();
  const rows: Row[] = (Object.keys(STAGE_NAMES) as Row['stage'][]).map((stage) => ({
    stage,
    task: null,
    done: Promise.withResolvers<void>(),
    isOver: false,
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
      const { job, tasks } = snapshot;
      for (const row of rows) {
        const { total = 0, share = 0 } = last.stages.find((each) => each.stage === row.stage) ?? {};
        // Before the whole film is planned, what looks finished is only its opening.
        const isWhole = job.plan !== null && job.plan.frameCount !== null && total > 0 && share === 1;
        const hasFailed = tasks.some((task) => task.status === 'failed' && STAGES[row.stage] === task.type);
        if (hasFailed) row.done.reject(new Error(row.stage));
        else if (isWhole || job.status === 'ready') row.done.resolve();
        row.isOver ||= hasFailed || isWhole || job.status === 'ready';
      }
    },
    async end() {
      for (const row of rows) {
        if (row.isOver) continue;
        // What did not come to its end, for no fault of its own.
        row.task?.skip(row.task.title);
        row.done.resolve();
        row.isOver = true;
      }
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
