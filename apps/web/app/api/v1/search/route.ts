export { search as GET } from '../../../../server/v1/search.ts';
