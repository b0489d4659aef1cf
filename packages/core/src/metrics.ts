import { ERROR_CODES } from './errors.ts';
import { HTTP_ROUTES, OTHER_ROUTES } from './http-routes.ts';
import { JOB_STATUSES } from './job.ts';
import { MESSAGE_TYPES, type MessageType, type TaskType } from './messages.ts';
import { RUNGS } from './viewings.ts';

/** Which part of Marquee tells a series: every process, or those with a role. */
export const REPORTERS = ['every process', 'orchestrator', 'worker', 'web'] as const;
export type Reporter = (typeof REPORTERS)[number];

/** What a value is counted in; `things` are those that the name says. */
export type Unit = 'seconds' | 'bytes' | 'ratio' | 'things';

/** Label names, each with all values that it can have: what is not among them cannot be told. */
type LabelSets = Record<string, readonly string[]>;

/** One metric, as Prometheus knows it. */
export interface MetricDefinition<L extends LabelSets = LabelSets> {
  type: 'counter' | 'gauge' | 'histogram';
  unit: Unit;
  /** A sentence that says what a value means. */
  help: string;
  by: Reporter;
  labels: L;
  /** Upper bounds of a histogram, ascending. */
  buckets?: readonly number[];
}

const TASK_TYPES = MESSAGE_TYPES.filter(
  (type): type is TaskType => type !== 'video.uploaded' && type !== 'task.finished',
);
const OUTCOMES = ['done', ...ERROR_CODES] as const;
const ROUTES = [...HTTP_ROUTES, ...OTHER_ROUTES] as const;
/** Tasks that share the cores, and those that have slots of their own. */
const LOADS = ['heavy', 'light'] as const;
/** What a process can be there for; the site is one of them. */
export const PROCESS_ROLES = ['web', 'orchestrator', 'transcode', 'thumbnail', 'subtitle', 'ai'] as const;

const queue: readonly MessageType[] = MESSAGE_TYPES;
const type: readonly TaskType[] = TASK_TYPES;
const NONE = {} as const;

function counter<const L extends LabelSets>(by: Reporter, unit: Unit, labels: L, help: string) {
  return { type: 'counter', by, unit, labels, help } as const;
}

function gauge<const L extends LabelSets>(by: Reporter, unit: Unit, labels: L, help: string) {
  return { type: 'gauge', by, unit, labels, help } as const;
}

function histogram<const L extends LabelSets>(by: Reporter, unit: Unit, labels: L, buckets: number[], help: string) {
  return { type: 'histogram', by, unit, labels, buckets, help } as const;
}

/** Every metric of Marquee's own. Names and units follow Prometheus' conventions; every label has a bounded set. */
export const METRICS = {
  // ---------------------------------------------------------------------------------------- processes
  marquee_process_role: gauge(
    'every process',
    'things',
    { role: PROCESS_ROLES },
    '1 for each thing that this process is there for.',
  ),
  marquee_disk_free_bytes: gauge(
    'every process',
    'bytes',
    { folder: ['data', 'work'] },
    'Free space where the data folder and the folder for temporary files are.',
  ),
  marquee_disk_size_bytes: gauge(
    'every process',
    'bytes',
    { folder: ['data', 'work'] },
    'Size of the disk where the data folder and the folder for temporary files are.',
  ),
  marquee_cache_requests_total: counter(
    'every process',
    'things',
    { result: ['hit', 'miss'] },
    'Questions to the cache; a miss is one whose answer had to be computed by who asked.',
  ),
  // ------------------------------------------------------------------------------------------- queues
  marquee_queue_messages: gauge(
    'orchestrator',
    'things',
    { queue, state: ['ready', 'in_flight', 'delayed'] },
    'Messages that can be handed out, that are in hand, and that wait for their delay; no series for what the engine cannot tell.',
  ),
  marquee_queue_dead_letters: gauge(
    'orchestrator',
    'things',
    { queue },
    'Messages that nobody could handle, kept to be read and sent back.',
  ),
  marquee_queue_oldest_message_age_seconds: gauge(
    'orchestrator',
    'seconds',
    { queue },
    'Age of the oldest message that can be handed out, 0 if there is none; no series where the engine cannot tell.',
  ),
  marquee_queue_oldest_task_wait_seconds: gauge(
    'orchestrator',
    'seconds',
    { queue: type },
    'How long the task that has waited longest for a worker has waited, by the rows of the store; 0 if none waits.',
  ),
  // -------------------------------------------------------------------------------------------- tasks
  marquee_task_wait_seconds: histogram(
    'worker',
    'seconds',
    { type },
    [0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600],
    'From when a task was published to when a run of it began.',
  ),
  marquee_task_duration_seconds: histogram(
    'worker',
    'seconds',
    { type },
    [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 600, 1800],
    'How long a run of a task took, whatever came of it.',
  ),
  marquee_task_runs_total: counter(
    'worker',
    'things',
    { type, outcome: OUTCOMES },
    'Runs of tasks that ended, by what came of them: done, or an error code.',
  ),
  marquee_task_attempts: histogram(
    'worker',
    'things',
    { type },
    [1, 2, 3, 5, 10, 25, 60],
    'Runs that counted until a task ended, well or for good.',
  ),
  marquee_task_lease_losses_total: counter(
    'worker',
    'things',
    { type },
    'Runs whose task was no longer theirs: another had taken it, or somebody had ended it.',
  ),
  marquee_tasks_taken_back_total: counter(
    'orchestrator',
    'things',
    NONE,
    'Tasks that were taken back from processes that are dead or silent.',
  ),
  // ------------------------------------------------------------------------------------------ workers
  marquee_workers: gauge(
    'orchestrator',
    'things',
    { role: PROCESS_ROLES },
    'Processes that are at work in a role, by their signs of life in the last 15 seconds.',
  ),
  marquee_worker_slots: gauge('worker', 'things', { load: LOADS }, 'Runs that this process may have in hand at once.'),
  marquee_worker_runs: gauge('worker', 'things', { load: LOADS }, 'Runs that this process has in hand.'),
  marquee_worker_busy_seconds_total: counter(
    'worker',
    'seconds',
    { load: LOADS },
    'Time of all runs in hand, added up as it passes: its rate over the slots is the share that is busy.',
  ),
  marquee_tool_runs_total: counter(
    'worker',
    'things',
    { tool: ['ffmpeg', 'ffprobe'], outcome: OUTCOMES },
    'Runs of media tools that ended, by what came of them.',
  ),
  marquee_tool_cpu_seconds_total: counter(
    'worker',
    'seconds',
    NONE,
    'Processor time of media tools that have ended (Linux).',
  ),
  marquee_ffmpeg_run_seconds_total: counter(
    'worker',
    'seconds',
    { type },
    'Time that ffmpeg took for what has a length: pictures and sound.',
  ),
  marquee_ffmpeg_media_seconds_total: counter(
    'worker',
    'seconds',
    { type },
    'Length of what ffmpeg made in that time: over it, the speed.',
  ),
  // --------------------------------------------------------------------------------------------- jobs
  marquee_jobs: gauge('orchestrator', 'things', { status: JOB_STATUSES }, 'Jobs in the store.'),
  marquee_jobs_ended_total: counter(
    'orchestrator',
    'things',
    { status: ['ready', 'failed', 'cancelled'] },
    'Jobs that came to an end.',
  ),
  marquee_jobs_failed_total: counter(
    'orchestrator',
    'things',
    { code: ERROR_CODES },
    'Jobs that failed, by the code of the failure.',
  ),
  marquee_job_time_to_first_playable_seconds: histogram(
    'orchestrator',
    'seconds',
    NONE,
    [0.5, 1, 2, 3, 5, 10, 20, 30, 60, 120, 300, 900, 3600],
    'From the end of an upload until the film could be watched.',
  ),
  marquee_job_time_to_ready_seconds: histogram(
    'orchestrator',
    'seconds',
    NONE,
    [5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 43_200],
    'From the end of an upload until the film was ready.',
  ),
  marquee_job_ready_length_ratio: histogram(
    'orchestrator',
    'ratio',
    NONE,
    [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10],
    'Time until a film was ready, by its length: times 60, the seconds for a minute of film.',
  ),
  marquee_job_film_seconds_total: counter('orchestrator', 'seconds', NONE, 'Length of the films that became ready.'),
  marquee_job_longest_silence_seconds: gauge(
    'orchestrator',
    'seconds',
    NONE,
    'How long ago a task of a job last began or ended, of the unfinished job where that is longest; 0 if there is none.',
  ),
  marquee_storage_bytes: gauge(
    'orchestrator',
    'bytes',
    { kind: ['source', 'picture', 'sound', 'still'] },
    'What is kept for films, as jobs say of themselves.',
  ),
  // --------------------------------------------------------------------------------------------- site
  marquee_http_requests_total: counter(
    'web',
    'things',
    { route: ROUTES, method: ['GET', 'POST', 'PUT', 'other'], status: ['1xx', '2xx', '3xx', '4xx', '5xx', 'broken'] },
    'Requests that ended; broken off are those whose asker left before the answer was whole.',
  ),
  marquee_http_request_duration_seconds: histogram(
    'web',
    'seconds',
    { route: ROUTES },
    [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    'From a request to the end of its answer; uploads and streams of events take as long as they are.',
  ),
  // ------------------------------------------------------------------------------------------ viewers
  marquee_viewings: gauge('orchestrator', 'things', NONE, 'Viewings that began in the last hour.'),
  marquee_viewings_watched_seconds: gauge(
    'orchestrator',
    'seconds',
    NONE,
    'Time with a moving picture of viewings that began in the last hour.',
  ),
  marquee_viewings_startup_seconds: gauge(
    'orchestrator',
    'seconds',
    { share: ['0.5', '0.95'] },
    'From the wish to play until the first picture, which this share of the viewings of the last hour did not exceed; no series without any.',
  ),
  marquee_viewings_stall_ratio: gauge(
    'orchestrator',
    'ratio',
    NONE,
    'Share of the time in which somebody wanted a moving picture and had none, of the last hour; no series without any.',
  ),
  marquee_viewings_share_ratio: gauge(
    'orchestrator',
    'ratio',
    { of: ['stalled', 'failed', 'unseen'] },
    'Viewings of the last hour that stalled, that an error stopped, and that never came to a first picture; no series without any.',
  ),
  marquee_viewings_rung_ratio: gauge(
    'orchestrator',
    'ratio',
    { rung: RUNGS },
    'Share of the playing time at each rung, of viewings that began in the last hour; no series without any.',
  ),
} as const satisfies Record<string, MetricDefinition>;

/** What Node and the system say of every process, under the names that Prometheus gave them. */
export const PROCESS_METRICS = {
  process_cpu_seconds_total: { type: 'counter', unit: 'seconds', help: 'Processor time of this process itself.' },
  process_resident_memory_bytes: { type: 'gauge', unit: 'bytes', help: 'Memory of this process itself.' },
  process_open_fds: { type: 'gauge', unit: 'things', help: 'Open files and connections (Linux).' },
  process_start_time_seconds: { type: 'gauge', unit: 'seconds', help: 'When it was started, since 1970.' },
  nodejs_heap_size_used_bytes: { type: 'gauge', unit: 'bytes', help: 'Used heap of V8.' },
  nodejs_eventloop_lag_p99_seconds: {
    type: 'gauge',
    unit: 'seconds',
    help: 'How late the event loop was, of the 99th in a hundred.',
  },
  nodejs_gc_duration_seconds: { type: 'histogram', unit: 'seconds', help: 'Pauses for collecting garbage, by kind.' },
} as const satisfies Record<string, Pick<MetricDefinition, 'type' | 'unit' | 'help'>>;

export type MetricName = keyof typeof METRICS;
type NamesOf<T extends MetricDefinition['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];
export type CounterName = NamesOf<'counter'>;
export type GaugeName = NamesOf<'gauge'>;
export type HistogramName = NamesOf<'histogram'>;

/** A value for each label of a metric, of those that it can have. */
export type LabelsOf<N extends MetricName> = {
  [K in keyof (typeof METRICS)[N]['labels']]: (typeof METRICS)[N]['labels'][K] extends readonly (infer V)[] ? V : never;
};

/** What a process tells of itself, to be scraped. Nothing here fails or waits. */
export interface Metrics {
  /** Adds to a counter. @param by 0 or more, in the metric's unit */
  add<N extends CounterName>(name: N, labels: LabelsOf<N>, by?: number): void;
  /** Sets one series of a gauge. */
  set<N extends GaugeName>(name: N, labels: LabelsOf<N>, value: number): void;
  /** Sets all series of a gauge; those that are not named are gone. */
  setAll<N extends GaugeName>(name: N, series: readonly (readonly [LabelsOf<N>, number])[]): void;
  observe<N extends HistogramName>(name: N, labels: LabelsOf<N>, value: number): void;
  /** Has something called before each scrape, for what is only looked up then. Quick, and it never throws. */
  beforeScrape(look: () => void | Promise<void>): void;
  /**
   * Says that this process is one of these, whose counters and histograms begin at 0 rather than with their first event.
   *
   * @param types of the tasks that it takes; all, if they are not named
   */
  begin(reporter: Reporter, types?: readonly TaskType[]): void;
  /** All series as they stand now, in the text format of Prometheus. */
  exposition(): Promise<{ contentType: string; text: string }>;
}

/** Where nobody scrapes. */
export const SILENT_METRICS: Metrics = {
  add() {},
  set() {},
  setAll() {},
  observe() {},
  beforeScrape() {},
  begin() {},
  exposition: async () => ({ contentType: 'text/plain', text: '' }),
};
