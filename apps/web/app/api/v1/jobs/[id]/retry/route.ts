export { retryJob as POST } from '../../../../../../server/v1/jobs.ts';
