import { createPace, type ProgressView, paceText, STAGE_NAMES } from './pace.ts';
import { say } from './print.ts';

/** Bars on a terminal, a line now and then elsewhere. */
export async function createProgressView(): Promise<ProgressView> {
  if (!process.stderr.isTTY) return createLines();
  // Only a person waits for bars, so only then their library is loaded.
  return (await import('./progress-bars.ts')).createBars();
}

const LINE_EVERY_MS = 5000;

function createLines(): ProgressView {
  const paceOf = createPace();
  let lastMs = Number.NEGATIVE_INFINITY;
  return {
    show(snapshot) {
      const pace = paceOf(snapshot);
      if (performance.now() - lastMs < LINE_EVERY_MS) return;
      lastMs = performance.now();
      const known = pace.stages.filter((each) => each.total > 0);
      if (known.length === 0) return;
      const shares = known.map((each) => `${STAGE_NAMES[each.stage].toLowerCase()} ${Math.floor(each.share * 100)} %`);
      say([...shares, paceText(pace)].filter((part) => part !== '').join(', '));
    },
    async end() {},
  };
}
