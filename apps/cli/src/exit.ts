/** What the process ends with: what scripts can rely on. */
export const EXIT = {
  ok: 0,
  /** The job failed or was cancelled, or the command could not be carried out. */
  failed: 1,
  /** The command line was not understood. */
  usage: 2,
  /** Stopped by Ctrl-C or a supervisor before the job was over; the job stays. */
  interrupted: 130,
} as const;

/**
 * Ends the process in the middle of its work, as a signal would. `process.exit` first ends the threads, and one that
 * runs a model takes that for a fault, in its native code, which ends the process as if it had crashed (134).
 */
export function endInterrupted(): never {
  process.removeAllListeners('SIGINT');
  process.kill(process.pid, 'SIGINT');
  // The first process of a container is not ended by that.
  process.exit(EXIT.interrupted);
}
