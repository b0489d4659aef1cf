export { beginUpload as POST } from '../../../../server/v1/uploads.ts';
