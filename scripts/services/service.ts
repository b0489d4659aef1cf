export type ServiceName = 'rabbitmq' | 'sqs' | 'mongodb' | 's3' | 'redis' | 'prometheus' | 'alertmanager';

/** A real server that runs natively for the tests. */
export interface RunningService {
  /** What has to be set for Marquee and its tests to use it, such as `{ RABBITMQ_URL: 'amqp://...' }`. */
  env: Record<string, string>;
  /** Ends it and everything it started, letting it write what it holds; its data stays in its folder. Idempotent. */
  stop(): Promise<void>;
}

/** How one server is had on a bare Debian machine. */
export interface Service {
  name: ServiceName;
  /** Debian packages it needs, installed when `command` is not there. */
  packages: string[];
  /** A file whose presence says that the packages are installed. */
  proof: string;
  /**
   * Starts it with its data under `folder` and resolves when it answers. Started again with the same options it
   * has its old data. It listens on 127.0.0.1 alone.
   *
   * @param options.port first of up to ten successive ports that nothing else uses
   * @param options.asShipped leaves settings that only make tests quick as they are shipped
   * @throws Error saying what it printed, when it does not come up
   */
  start(options: { folder: string; port: number; asShipped?: boolean }): Promise<RunningService>;
}
