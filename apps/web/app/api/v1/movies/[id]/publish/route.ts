export { publishMovie as POST } from '../../../../../../server/v1/movies.ts';
