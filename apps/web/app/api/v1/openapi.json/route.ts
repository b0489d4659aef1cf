import { openApiText } from '../../../../server/v1/openapi.ts';

/** The description of the API; it says nothing of the house, so that anybody may read it. */
export function GET(): Response {
  return new Response(openApiText(), {
    headers: { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-cache' },
  });
}
