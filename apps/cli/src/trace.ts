import type { JobId } from '@marquee/core/ids';
import { type TraceLine, traceOf } from '@marquee/core/job-trace';
import { traceIdOf } from '@marquee/core/tracing';
import { EXIT } from './exit.ts';
import { lookAt } from './follow.ts';
import { print } from './print.ts';
import { runSession } from './session.ts';

/** `marquee trace`: what was done for a job, when, by whom, and with which tools. */
export function trace(id: string, options: { json: boolean }): Promise<number> {
  return runSession({ logLevel: 'warn' }, async (session) => {
    const { job, tasks } = await lookAt(session, id as JobId);
    const lines = traceOf(job, tasks);
    const traceId = traceIdOf(job.traceparent);
    if (options.json) {
      print(JSON.stringify({ jobId: job.id, status: job.status, traceId, lines }));
      return EXIT.ok;
    }
    const startMs = lines[0]?.startedAtMs ?? job.createdAtMs;
    print(`${job.fileName}, ${job.status}${traceId === null ? '' : `, trace ${traceId}`}`);
    const width = Math.max(0, ...lines.map((line) => nameOf(line, true).length));
    print(`${'after'.padStart(9)}  ${''.padEnd(width)}  ${'waited'.padStart(9)}  ${'took'.padStart(9)}`);
    for (const [i, line] of lines.entries()) print(row(line, startMs, width, lines[i + 1]?.depth !== 1));
    return EXIT.ok;
  });
}

function row(line: TraceLine, startMs: number, width: number, isLast: boolean): string {
  const { startedAtMs, waitedMs, tookMs, outcome, worker } = line;
  const end = outcome === 'done' ? '' : tookMs === null ? 'at work' : (outcome ?? 'vanished');
  const cells = [
    sec(startedAtMs - startMs).padStart(9),
    nameOf(line, isLast).padEnd(width),
    (waitedMs === null ? '' : sec(waitedMs)).padStart(9),
    (tookMs === null ? '' : sec(tookMs)).padStart(9),
    [end, worker ?? ''].filter(Boolean).join('  '),
  ];
  return cells.join('  ').trimEnd();
}

function nameOf({ name, depth }: TraceLine, isLast: boolean): string {
  if (depth === 0) return name;
  return `${isLast ? '└' : '├'} ${name}`;
}

function sec(ms: number): string {
  return `${(ms / 1000).toFixed(3)} s`;
}
