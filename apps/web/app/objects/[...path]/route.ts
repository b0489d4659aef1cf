import { errorResponse, isSameOrigin } from '../../../server/api.ts';
import { container } from '../../../server/container.ts';
import { HttpError } from '../../../server/require-admin.ts';

/**
 * Stored objects, where the site is the storage (embedded engines): segments out, parts of uploads in. The
 * signature in the address decides who may; bodies stream both ways.
 */
async function serve(request: Request): Promise<Response> {
  try {
    return await (await container()).serveObject(request);
  } catch (error) {
    return await errorResponse(error);
  }
}

/** Only the site's own pages send parts. */
async function take(request: Request): Promise<Response> {
  if (isSameOrigin(request)) return serve(request);
  return errorResponse(new HttpError(403, 'This request came from another site and was refused.'));
}

export { serve as GET, serve as HEAD, serve as OPTIONS, take as PUT };
