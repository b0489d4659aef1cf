import { HttpError } from '../../../../server/require-admin.ts';
import { problem } from '../../../../server/v1/problem.ts';

/** Addresses that the API does not have: programs read a problem document, where people get a page. */
function nothing(): Promise<Response> {
  return problem(new HttpError(404, 'The API has no such address. Those that it has: /api/v1/openapi.json.'));
}

export { nothing as DELETE, nothing as GET, nothing as PATCH, nothing as POST, nothing as PUT };
