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
