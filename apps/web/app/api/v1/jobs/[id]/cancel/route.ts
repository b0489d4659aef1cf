export { cancelJob as POST } from '../../../../../../server/v1/jobs.ts';
