import type { Config } from '@marquee/core/config';
import type { Speaker } from '@marquee/core/dubbing';
import type { MovieId } from '@marquee/core/ids';
import type { Task, TaskResult } from '@marquee/core/job';
import type { TaskType } from '@marquee/core/messages';
import type { Movie } from '@marquee/core/movie';
import type { Logger, Objects } from '@marquee/core/ports';
import type { Recogniser } from '@marquee/core/recogniser';
import type { FoundSkips } from '@marquee/core/skips';
import type { LanguageModel } from '@marquee/core/translation';
import type { Tools } from '@marquee/media/run-tool';

/** What a handler is given. Everything it touches comes from here. */
export interface TaskContext<T extends TaskType> {
  task: Task<T>;
  objects: Objects;
  tools: Tools;
  /**
   * A private folder on local disk, made at the first call; removed when the handler ends, however it ends.
   *
   * @throws MarqueeError DISK_FULL if less is free than the configuration asks for
   */
  workDir(): Promise<string>;
  config: Config;
  log: Logger;
  /** Aborted with a MarqueeError as its reason: JOB_CANCELLED, LEASE_LOST or SHUTDOWN. */
  signal: AbortSignal;
  /** True on the one retry after a tool was killed for want of memory: use less. */
  frugal: boolean;
  /** Reports the share done, in `[0, 1]`. Cheap: call it as often as there is news. */
  progress(share: number): void;
  /** All tasks of the same job as they stand now. */
  siblings(): Promise<Task[]>;
  /** The film as it stands now; null when it was deleted. */
  movie(): Promise<Movie | null>;
  /** Other episodes of the series that the film is of, the nearest in their order first; none of a film that is of none. */
  episodes(): Promise<Movie[]>;
  /** Stores what was found out about a version of a film, of this one or another episode; nothing if it plays no more. */
  keepSkips(movieId: MovieId, found: FoundSkips): Promise<void>;
  /** Null where the house has none. */
  languageModel: LanguageModel | null;
  /** What hears outside the house; null where nothing does. */
  recogniser: Recogniser | null;
  /** What speaks outside the house; null where nothing does. */
  speaker: Speaker | null;
}

/** Turns one kind of task into objects and a result. Running it twice must write the same bytes. */
export interface Handler<T extends TaskType = TaskType> {
  type: T;
  run(context: TaskContext<T>): Promise<TaskResult<T>>;
}

/** Ties a handler's types to its message type. */
export function defineHandler<T extends TaskType>(handler: Handler<T>): Handler<T> {
  return handler;
}
