/**
 * Every page and route of the site, as its folders name them, and what stands for all else. Latency is told by these, so
 * that there are as many series as routes, whatever is asked for.
 */
export const HTTP_ROUTES = [
  '/',
  '/account',
  '/admin',
  '/admin/audit',
  '/admin/films',
  '/admin/films/[id]',
  '/admin/films/[id]/subtitles/[track]',
  '/admin/jobs',
  '/admin/jobs/[id]',
  '/admin/queues',
  '/admin/settings',
  '/admin/setup',
  '/admin/setup/film',
  '/admin/tokens',
  '/admin/upload',
  '/admin/users',
  '/admin/viewers',
  '/admin/webhooks',
  '/admin/webhooks/[id]',
  '/api/films/[id]/pictures',
  '/api/films/[id]/subtitles',
  '/api/health',
  '/api/jobs/[id]',
  '/api/jobs/[id]/events',
  '/api/library/place',
  '/api/queues',
  '/api/queues/letter',
  '/api/search',
  '/api/uploads',
  '/api/uploads/[id]',
  '/api/uploads/[id]/complete',
  '/api/uploads/[id]/parts',
  '/api/v1/[...path]',
  '/api/v1/jobs',
  '/api/v1/jobs/[id]',
  '/api/v1/jobs/[id]/cancel',
  '/api/v1/jobs/[id]/retry',
  '/api/v1/movies',
  '/api/v1/movies/[id]',
  '/api/v1/movies/[id]/publish',
  '/api/v1/openapi.json',
  '/api/v1/search',
  '/api/v1/uploads',
  '/api/v1/uploads/[id]',
  '/api/v1/uploads/[id]/complete',
  '/api/v1/uploads/[id]/parts',
  '/api/watch/[id]',
  '/api/watch/[id]/viewing',
  '/film/[id]',
  '/frames/[id]/[jobId]/[tile]',
  '/library',
  '/objects/[...path]',
  '/person/[id]',
  '/reset',
  '/search',
  '/sign-in',
  '/sign-up',
  '/stills/[id]/[version]/[width]',
  '/title/[kind]/[id]',
  '/title/[kind]/[id]/season/[number]',
  '/watch/[id]',
] as const;

/** What serves files of the site itself, and what is no page of it. */
export const OTHER_ROUTES = ['/_next', 'other'] as const;

export type HttpRoute = (typeof HTTP_ROUTES)[number] | (typeof OTHER_ROUTES)[number];

interface Pattern {
  route: HttpRoute;
  segments: string[];
}

const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '');

// A name that stands there goes before a place for any name, and that before one for the whole rest.
const rank = ({ segments }: Pattern) =>
  segments.map((segment) => (segment.startsWith('[...') ? '2' : segment.startsWith('[') ? '1' : '0')).join('');

const PATTERNS: Pattern[] = HTTP_ROUTES.map((route) => ({ route, segments: segmentsOf(route) })).sort((a, b) =>
  rank(a).localeCompare(rank(b)),
);

/** Which page or route of the site a path leads to. @param path with or without a query */
export function routeOf(path: string): HttpRoute {
  const asked = segmentsOf(path.split('?')[0] ?? '');
  if (asked[0] === '_next') return '/_next';
  return PATTERNS.find(({ segments }) => leadsTo(segments, asked))?.route ?? 'other';
}

function leadsTo(segments: string[], asked: string[]): boolean {
  const isOpen = segments.at(-1)?.startsWith('[...') ?? false;
  if (isOpen ? asked.length < segments.length : asked.length !== segments.length) return false;
  return segments.every((segment, i) => segment.startsWith('[') || segment === asked[i]);
}
