import { setTimeout as sleep } from 'node:timers/promises';
import { wantedAnalyses } from '@marquee/core/analysis';
import type { Config } from '@marquee/core/config';
import type { MessageType } from '@marquee/core/messages';
import type { Logger } from '@marquee/core/ports';
import { createTools } from '@marquee/media/run-tool';
import { analyse } from './ai/handler.ts';
import { type Engines, openLanguageModel, openPost, openRecogniser, openSpeaker } from './engines.ts';
import { tendMeanings } from './meaning/tend-meanings.ts';
import { createPlanner } from './orchestrator/plan.ts';
import { LOOKS, ORCHESTRATOR_QUEUES, type RunningOrchestrator, runOrchestrator } from './orchestrator/run.ts';
import { createBusyClock } from './runtime/busy-clock.ts';
import { createGate } from './runtime/gate.ts';
import type { Handler } from './runtime/handler.ts';
import { ownHolder } from './runtime/holder.ts';
import { reportTools } from './runtime/process-figures.ts';
import { repeat } from './runtime/repeat.ts';
import { type RunningWorker, runWorker, type WorkerParts } from './runtime/run-worker.ts';
import { watchStore } from './runtime/store-watch.ts';
import { createWorkDirs, removeDeadWorkDirs } from './runtime/work-dir.ts';
import { subtitles } from './subtitle/handler.ts';
import { thumbnails } from './thumbnail/handler.ts';
import { encodeAudio } from './transcode/audio.ts';
import { inspect } from './transcode/inspect.ts';
import { packageStream } from './transcode/package.ts';
import { transcode } from './transcode/transcode.ts';

/** What a process can be there for; one process may have any number of roles. */
export type Role = 'orchestrator' | 'transcode' | 'thumbnail' | 'subtitle' | 'ai';
/** All of them: a whole house in one process. */
export const ROLES: Role[] = ['orchestrator', 'transcode', 'thumbnail', 'subtitle', 'ai'];

/** The workers of one `startWorkers`. */
export interface RunningWorkers {
  /** The name under which these workers claim tasks. */
  holder: string;
  /**
   * Stops in order: takes nothing more, gives what runs `drainMs` to end, hands the rest back with no attempt
   * spent, and removes every temporary file. Idempotent.
   */
  drain(): Promise<void>;
}

const BEAT_EVERY_MS = 5000;
/** Slots of the light task queues, which somebody waits for: reading a film, its subtitles, and writing playlists. */
const LIGHT_SLOTS = 2;
/** Subtitles have more: films are listened to one at a time, and text tracks must not wait for that. */
const SUBTITLE_SLOTS = 4;

let started = 0;

/** The handlers of a role, those that load the cores marked as heavy. */
const HANDLERS: Record<Role, { handler: Handler; isHeavy: boolean; slots?: number }[]> = {
  orchestrator: [],
  transcode: [
    { handler: inspect, isHeavy: false },
    { handler: transcode, isHeavy: true },
    { handler: encodeAudio, isHeavy: true },
    { handler: packageStream, isHeavy: false },
  ],
  thumbnail: [{ handler: thumbnails, isHeavy: true }],
  subtitle: [{ handler: subtitles, isHeavy: false, slots: SUBTITLE_SLOTS }],
  // Patient: its tools run behind all others, and nobody waits for them.
  ai: [{ handler: analyse, isHeavy: false }],
};

/** A queue that a role takes from, and what of it one process does at once, next to how many heavy tasks. */
export interface RoleQueue {
  type: MessageType;
  /** Null for heavy tasks: as many as the configuration says. */
  slots: number | null;
}

/** The queues of a role: what scales its processes has to look at all of them. */
export function queuesOf(role: Role): RoleQueue[] {
  if (role === 'orchestrator') return ORCHESTRATOR_QUEUES.map((type) => ({ type, slots: LOOKS }));
  return HANDLERS[role].map(({ handler, isHeavy, slots = LIGHT_SLOTS }) => ({
    type: handler.type,
    slots: isHeavy ? null : slots,
  }));
}

/** Starts the workers of some roles in this process. */
export async function startWorkers(options: {
  config: Config;
  engines: Pick<Engines, 'queue' | 'store' | 'objects' | 'embedder' | 'tracer' | 'metrics'>;
  log: Logger;
  roles: Role[];
}): Promise<RunningWorkers> {
  const { config, log, roles } = options;
  const { queue, store, objects, embedder, tracer, metrics } = options.engines;
  const holder = `${ownHolder()}:${++started}`;
  const removed = await removeDeadWorkDirs(config.workDir);
  if (removed > 0) log.info('work folders of dead processes removed', { removed });
  const workDirs = createWorkDirs({ root: config.workDir, holder, minFreeBytes: config.limits.minFreeBytes });

  const startedAtMs = Date.now();
  const storeWatch = watchStore();
  const beat = () =>
    storeWatch
      .see(() => store.presence.beat({ holder, roles, startedAtMs, seenAtMs: Date.now() }))
      .catch((error) => log.warn('presence not written', { error }));
  await beat();
  const presence = repeat(BEAT_EVERY_MS, async () => {
    await Promise.all([beat(), workDirs.touch().catch((error) => log.warn('work folder not touched', { error }))]);
  });

  for (const role of roles) metrics.set('marquee_process_role', { role }, 1);
  const handlers = roles.flatMap((role) => HANDLERS[role]);
  if (handlers.length > 0) {
    metrics.begin(
      'worker',
      handlers.map(({ handler }) => handler.type),
    );
    reportTools(metrics);
    const light = handlers.reduce((sum, { isHeavy, slots = LIGHT_SLOTS }) => sum + (isHeavy ? 0 : slots), 0);
    const heavy = handlers.some(({ isHeavy }) => isHeavy) ? config.transcodeConcurrency : 0;
    metrics.set('marquee_worker_slots', { load: 'light' }, light);
    metrics.set('marquee_worker_slots', { load: 'heavy' }, heavy);
  }

  const gate = createGate(config.transcodeConcurrency);
  const [tools, languageModel] = [createTools(config), openLanguageModel(config, log)];
  const parts: WorkerParts = {
    store,
    queue,
    objects,
    tools,
    config,
    log,
    holder,
    workDirs,
    languageModel,
    recogniser: openRecogniser(config, log),
    speaker: openSpeaker(config, log),
    tracer,
    metrics,
    busy: createBusyClock(metrics),
    storeWatch,
  };
  // One more than can run: it waits at the gate, or is the opening that does not wait. Where other machines take from
  // the same queue, they had better have it.
  const spare = config.queue === null ? 1 : 0;
  const start = ({ handler, isHeavy, slots = LIGHT_SLOTS }: (typeof HANDLERS)[Role][number]) =>
    isHeavy
      ? runWorker(parts, handler, { concurrency: config.transcodeConcurrency + spare, gate })
      : runWorker(parts, handler, { concurrency: slots });
  const workers: RunningWorker[] = await Promise.all(handlers.map(start));

  let orchestrator: RunningOrchestrator | null = null;
  if (roles.includes('orchestrator')) {
    const planner = createPlanner(config.encode, {
      speech: config.speech,
      speechService: config.speechProvider?.languages ?? null,
      ocr: config.ocr,
      analyses: wantedAnalyses(config),
      translateTo: config.llm?.translateTo ?? [],
      dubTo: config.voiceProvider?.dubTo ?? [],
    });
    const { openWindow, oldVersionsMs } = config;
    const post = openPost(config);
    orchestrator = await runOrchestrator({
      store,
      queue,
      objects,
      planner,
      log,
      openWindow,
      oldVersionsMs,
      post,
      metrics,
    });
  }
  const stopMeanings = embedder && roles.includes('subtitle') ? tendMeanings({ store, embedder, log }) : null;
  log.info('workers started', { holder, roles });

  let drained: Promise<void> | null = null;
  async function drain(): Promise<void> {
    for (const worker of workers) worker.stopTaking();
    const ended = Promise.all(workers.map((worker) => worker.ended()));
    await Promise.race([ended, sleep(config.drainMs, undefined, { ref: false })]);
    for (const worker of workers) worker.abort();
    await ended;
    await Promise.all([orchestrator?.stop(), presence.stop(), stopMeanings?.()]);
    await workDirs.close();
    await store.presence.leave(holder).catch((error) => log.warn('presence not removed', { error }));
    log.info('workers stopped', { holder });
  }
  return {
    holder,
    drain() {
      drained ??= drain();
      return drained;
    },
  };
}
