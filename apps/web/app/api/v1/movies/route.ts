export { listMovies as GET } from '../../../../server/v1/movies.ts';
