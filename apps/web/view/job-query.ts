import { JOB_STATUSES, type JobStatus } from '@marquee/core/job';

/** What the table of jobs was asked for. */
export interface JobQuery {
  /** By the title of the film. */
  text?: string;
  status?: JobStatus;
  cursor?: string;
}

/** Reads what the address of the jobs' table asks for; what makes no sense is as if it were not there. */
export function jobQueryOf(asked: Record<string, string | string[] | undefined>): JobQuery {
  const one = (name: string) => {
    const value = asked[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const text = one('q')?.slice(0, 100);
  const status = JOB_STATUSES.find((each) => each === one('status'));
  const cursor = one('after')?.slice(0, 100);
  return {
    ...(text === undefined ? {} : { text }),
    ...(status === undefined ? {} : { status }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** The address of the page that follows. */
export function nextJobsAddress({ text, status }: JobQuery, cursor: string): string {
  const params = new URLSearchParams();
  if (text) params.set('q', text);
  if (status) params.set('status', status);
  params.set('after', cursor);
  return `/admin/jobs?${params}`;
}
