export { deleteMovie as DELETE, getMovie as GET, patchMovie as PATCH } from '../../../../../server/v1/movies.ts';
