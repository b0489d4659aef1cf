import { type ErrorCode, toMarqueeError } from '@marquee/core/errors';
import { KEPT_TOOLS, type Task, type ToolRun } from '@marquee/core/job';
import type { Message, TaskType } from '@marquee/core/messages';
import type { Metrics } from '@marquee/core/metrics';
import type { Span, Tracer } from '@marquee/core/tracing';
import type { ToolOptions, ToolOutput, Tools } from '@marquee/media/run-tool';

/** What a trace, the store and whoever scrapes are told of one run of a task. */
export interface RunSpan {
  /** Tools whose runs are told of as part of this one. */
  tools: Tools;
  /** Those that have ended so far, the first `KEPT_TOOLS` of them. */
  toolRuns: ToolRun[];
  /** @param error a code, where it came to nothing */
  end(error: ErrorCode | null): void;
}

/** Begins the span of a run, as part of its job, and tells how long its message had waited. */
export function beginRun(parts: {
  tracer: Tracer;
  metrics: Metrics;
  tools: Tools;
  task: Task;
  message: Message;
  deliveryCount: number;
}): RunSpan {
  const { tracer, metrics, task, message } = parts;
  const { type } = task;
  const parent = message.traceparent;
  const startMs = task.runs.at(-1)?.startedAtMs ?? Date.now();
  const of = { 'marquee.job.id': task.jobId, 'marquee.task.id': task.id };
  // A message may be in hand before the row says that it was sent; sent round again, it keeps its date.
  const sentAtMs = Math.max(Date.parse(message.occurredAt), task.publishedAtMs ?? 0);
  tracer
    .begin({
      name: `wait ${task.type}`,
      parent,
      // Clocks of machines differ.
      startMs: Math.min(startMs, sentAtMs),
      attributes: { ...of, 'messaging.destination.name': task.type, 'marquee.delivery.count': parts.deliveryCount },
    })
    .end({ atMs: startMs });
  const span = tracer.begin({
    name: task.type,
    parent,
    startMs,
    attributes: { ...of, 'marquee.task.piece': task.piece, 'marquee.task.run': task.runs.length },
  });
  metrics.observe('marquee_task_wait_seconds', { type }, Math.max(0, startMs - sentAtMs) / 1000);
  const toolRuns: ToolRun[] = [];
  const startedMs = performance.now();
  return {
    tools: observed(parts.tools, { tracer, metrics, type, above: span, toolRuns }),
    toolRuns,
    end(error) {
      span.end({ atMs: Date.now(), error });
      metrics.observe('marquee_task_duration_seconds', { type }, (performance.now() - startedMs) / 1000);
      metrics.add('marquee_task_runs_total', { type, outcome: error ?? 'done' });
    },
  };
}

function observed(
  tools: Tools,
  by: { tracer: Tracer; metrics: Metrics; type: TaskType; above: Span; toolRuns: ToolRun[] },
): Tools {
  const { tracer, metrics, type, above, toolRuns } = by;
  const observe =
    (tool: ToolRun['tool']) =>
    async (args: string[], options: ToolOptions): Promise<ToolOutput> => {
      const startedAtMs = Date.now();
      const span = tracer.begin({ name: tool, parent: above.traceparent, startMs: startedAtMs });
      let code: ToolRun['outcome'] = 'done';
      try {
        return await tools[tool](args, options);
      } catch (thrown) {
        code = toMarqueeError(thrown).code;
        throw thrown;
      } finally {
        const endedAtMs = Date.now();
        span.end({ atMs: endedAtMs, error: code === 'done' ? null : code });
        metrics.add('marquee_tool_runs_total', { tool, outcome: code });
        if (code === 'done' && options.durationSec !== undefined) {
          metrics.add('marquee_ffmpeg_media_seconds_total', { type }, options.durationSec);
          metrics.add('marquee_ffmpeg_run_seconds_total', { type }, (endedAtMs - startedAtMs) / 1000);
        }
        if (toolRuns.length < KEPT_TOOLS)
          toolRuns.push({ tool, startedAtMs, tookMs: endedAtMs - startedAtMs, outcome: code });
      }
    };
  return { ...tools, ffmpeg: observe('ffmpeg'), ffprobe: observe('ffprobe') };
}
