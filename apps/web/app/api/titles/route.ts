import { errorResponse } from '../../../server/api.ts';
import { findTitles } from '../../../server/titles.ts';

const MAX_FOUND = 8;

/** Titles of the house by name, for the command palette. */
export async function GET(request: Request): Promise<Response> {
  try {
    const query = new URL(request.url).searchParams.get('q')?.slice(0, 100) ?? '';
    return Response.json({ titles: await findTitles(query, MAX_FOUND) }, { headers: { 'Cache-Control': 'no-store' } });
  } catch (error) {
    return await errorResponse(error);
  }
}
