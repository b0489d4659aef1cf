import { errorResponse } from '../../../server/api.ts';
import { container } from '../../../server/container.ts';

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

export { serve as GET, serve as HEAD, serve as OPTIONS, serve as PUT };
