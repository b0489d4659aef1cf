export { listJobs as GET } from '../../../../server/v1/jobs.ts';
