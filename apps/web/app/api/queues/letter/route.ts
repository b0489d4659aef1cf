import { MESSAGE_TYPES } from '@marquee/core/messages';
import { adminRoute } from '../../../../server/api.ts';
import { letterBody } from '../../../../server/queues.ts';
import { HttpError } from '../../../../server/require-admin.ts';

/** What a dead letter says, as text. */
export const GET = adminRoute(async (request) => {
  const asked = new URL(request.url).searchParams;
  const queue = MESSAGE_TYPES.find((name) => name === asked.get('queue'));
  const text = queue ? await letterBody(queue, asked.get('id') ?? '') : null;
  if (text === null) throw new HttpError(404, 'This letter is no longer here.');
  return new Response(text, {
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  });
});
