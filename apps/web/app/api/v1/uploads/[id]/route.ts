export { dropUpload as DELETE, listParts as GET } from '../../../../../server/v1/uploads.ts';
