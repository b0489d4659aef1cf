export { getJob as GET } from '../../../../../server/v1/jobs.ts';
