/**
 * Who may ask what: every page, every method of every route and every server action has at least one row here, and
 * `authorization.test.ts` asks each of its cells of a running site. What is new fails there by name until it has a row.
 *
 * Words in braces are the samples of `sample-house.ts`.
 */

/** Whoever asks, in the order of a row's answers. */
export const VISITORS = ['anonymous', 'viewer', 'admin'] as const;
export type Visitor = (typeof VISITORS)[number];

/** A status, or the path of ours that somebody is sent to. */
export type Expected = number | `/${string}`;
export type Answers = [anonymous: Expected, viewer: Expected, admin: Expected];

const EVERYBODY: Answers = [200, 200, 200];
const NOBODY: Answers = [404, 404, 404];
/** A film that is not out: to all but admins it does not exist. */
const HIDDEN: Answers = [404, 404, 200];
const MEMBERS: Answers = ['/sign-in', 200, 200];
/** Pages and actions of admins; viewers are told that there is no such thing. */
const ADMINS: Answers = ['/sign-in', 404, 200];

/** Routes have no sign-in to send anybody to. */
function byAdmins(answer: number): Answers {
  return [401, 403, answer];
}

export type PageRow = [page: string, address: string, answers: Answers];

export const PAGES: PageRow[] = [
  ['/', '/', EVERYBODY],
  ['/', '/?after=nothing', EVERYBODY],
  ['/account', '/account', MEMBERS],
  ['/library', '/library', MEMBERS],
  ['/admin', '/admin', ADMINS],
  ['/admin/audit', '/admin/audit', ADMINS],
  ['/admin', '/admin?q=sample', ['/sign-in', 404, '/admin/films']],
  ['/admin/films', '/admin/films', ADMINS],
  ['/admin/films/[id]', '/admin/films/{spare}', ADMINS],
  ['/admin/films/[id]', '/admin/films/nothing', ['/sign-in', 404, 404]],
  ['/admin/films/[id]/subtitles/[track]', '/admin/films/{spare}/subtitles/sample', ADMINS],
  ['/admin/films/[id]/subtitles/[track]', '/admin/films/{spare}/subtitles/nothing', ['/sign-in', 404, 404]],
  ['/admin/jobs', '/admin/jobs', ADMINS],
  ['/admin/jobs/[id]', '/admin/jobs/{job}', ADMINS],
  ['/admin/queues', '/admin/queues', ADMINS],
  ['/admin/settings', '/admin/settings', ADMINS],
  ['/admin/setup', '/admin/setup', ['/admin', '/admin', '/admin']],
  ['/admin/setup/film', '/admin/setup/film', ADMINS],
  ['/admin/tokens', '/admin/tokens', ADMINS],
  ['/admin/upload', '/admin/upload', ADMINS],
  ['/admin/users', '/admin/users', ADMINS],
  ['/admin/webhooks', '/admin/webhooks', ADMINS],
  ['/admin/webhooks/[id]', '/admin/webhooks/{webhook}', ADMINS],
  ['/admin/webhooks/[id]', '/admin/webhooks/nothing', ['/sign-in', 404, 404]],
  ['/admin/viewers', '/admin/viewers', ADMINS],
  ['/admin/viewers', '/admin/viewers?range=month', ADMINS],
  ['/film/[id]', '/film/{published}', EVERYBODY],
  ['/film/[id]', '/film/{unlisted}', EVERYBODY],
  ['/film/[id]', '/film/{draft}', HIDDEN],
  ['/film/[id]', '/film/{scheduled}', HIDDEN],
  ['/film/[id]', '/film/nothing', NOBODY],
  ['/person/[id]', '/person/{person}', EVERYBODY],
  ['/reset', '/reset', EVERYBODY],
  ['/reset', '/reset?token=nothing', EVERYBODY],
  ['/search', '/search?q=sample', EVERYBODY],
  ['/sign-in', '/sign-in', [200, '/', '/']],
  ['/sign-up', '/sign-up', [200, '/account', '/account']],
  ['/title/[kind]/[id]', '/title/{entry}', EVERYBODY],
  ['/title/[kind]/[id]/season/[number]', '/title/{season}', EVERYBODY],
  ['/watch/[id]', '/watch/{published}', EVERYBODY],
  ['/watch/[id]', '/watch/{unlisted}', EVERYBODY],
  ['/watch/[id]', '/watch/{draft}', HIDDEN],
  ['/watch/[id]', '/watch/{scheduled}', HIDDEN],
];

export interface Sent {
  json?: unknown;
  headers?: Record<string, string>;
  /** Bytes of a sample. */
  body?: 'picture' | 'part' | 'subtitles';
}
export type RouteRow = [method: string, route: string, address: string, answers: Answers, sent?: Sent];

const TOKEN = { headers: { 'marquee-upload': '{uploadToken}' } };
const VIEWING = {
  session: '0123456789abcdef0123456789abcdef',
  report: 1,
  startupMs: 400,
  stalls: 0,
  stalledMs: 0,
  watchedSec: 1,
  rungSec: {},
  error: null,
  engine: 'hls.js',
};
const FORGED = '/objects/s/9999999999.3.forged';

/** In this order: what is sent last takes the samples away. Those of the API stand in `authorization-api.ts`. */
export const ROUTES: RouteRow[] = [
  ['GET', '/api/v1/openapi.json', '/api/v1/openapi.json', EVERYBODY],
  ['GET', '/api/v1/[...path]', '/api/v1/nothing', NOBODY],
  ['POST', '/api/v1/[...path]', '/api/v1/nothing/at/all', NOBODY],
  ['PUT', '/api/v1/[...path]', '/api/v1/nothing', NOBODY],
  ['PATCH', '/api/v1/[...path]', '/api/v1/nothing', NOBODY],
  ['DELETE', '/api/v1/[...path]', '/api/v1/nothing', NOBODY],
  ['GET', '/api/health', '/api/health', EVERYBODY],
  ['GET', '/api/jobs/[id]', '/api/jobs/{job}', byAdmins(200)],
  ['GET', '/api/jobs/[id]/events', '/api/jobs/{job}/events', byAdmins(200)],
  ['GET', '/api/queues', '/api/queues', byAdmins(200)],
  ['GET', '/api/queues/letter', '/api/queues/letter?queue=video.transcode&id={letter}', byAdmins(200)],
  ['GET', '/api/search', '/api/search?q=sample', EVERYBODY],
  ['GET', '/api/watch/[id]', '/api/watch/{published}', EVERYBODY],
  ['GET', '/api/watch/[id]', '/api/watch/{unlisted}', EVERYBODY],
  ['GET', '/api/watch/[id]', '/api/watch/{draft}', HIDDEN],
  ['GET', '/api/watch/[id]', '/api/watch/{scheduled}', HIDDEN],
  ['GET', '/stills/[id]/[version]/[width]', '/stills/{published}/{publishedStill}/160', EVERYBODY],
  ['GET', '/stills/[id]/[version]/[width]', '/stills/{unlisted}/{unlistedStill}/160', EVERYBODY],
  ['GET', '/stills/[id]/[version]/[width]', '/stills/{draft}/{draftStill}/160', HIDDEN],
  ['GET', '/stills/[id]/[version]/[width]', '/stills/{scheduled}/{scheduledStill}/160', HIDDEN],
  ['GET', '/frames/[id]/[jobId]/[tile]', '/frames/{published}/{publishedVersion}/0', EVERYBODY],
  ['GET', '/frames/[id]/[jobId]/[tile]', '/frames/{unlisted}/{unlistedVersion}/0', EVERYBODY],
  ['GET', '/frames/[id]/[jobId]/[tile]', '/frames/{draft}/{draftVersion}/0', HIDDEN],
  ['GET', '/frames/[id]/[jobId]/[tile]', '/frames/{scheduled}/{scheduledVersion}/0', HIDDEN],
  ['GET', '/objects/[...path]', '{stream}master.m3u8', EVERYBODY],
  ['GET', '/objects/[...path]', '/objects/{draftFolder}master.m3u8', NOBODY],
  ['GET', '/objects/[...path]', `${FORGED}/{draftFolder}master.m3u8`, [403, 403, 403]],
  ['GET', '/objects/[...path]', '/objects/{source}', NOBODY],
  ['HEAD', '/objects/[...path]', '{stream}master.m3u8', EVERYBODY],
  ['HEAD', '/objects/[...path]', `${FORGED}/{draftFolder}master.m3u8`, [403, 403, 403]],
  ['OPTIONS', '/objects/[...path]', '{stream}master.m3u8', [204, 204, 204]],
  ['OPTIONS', '/objects/[...path]', '{part}', [405, 405, 405]],
  // The address of a part is made for an admin, names one part of one upload, and is all that sending it takes.
  ['PUT', '/objects/[...path]', '{part}', EVERYBODY, { body: 'part' }],
  ['PUT', '/objects/[...path]', '{stream}master.m3u8', [405, 405, 405], { body: 'part' }],
  [
    'PUT',
    '/objects/[...path]',
    '/objects/p/9999999999.forged/{storageId}/1/{source}',
    [403, 403, 403],
    { body: 'part' },
  ],
  ['POST', '/api/films/[id]/pictures', '/api/films/{spare}/pictures?as=poster', byAdmins(200), { body: 'picture' }],
  [
    'POST',
    '/api/films/[id]/subtitles',
    '/api/films/{spare}/subtitles?language=en&name=en.srt',
    byAdmins(201),
    { body: 'subtitles' },
  ],
  [
    'PUT',
    '/api/films/[id]/subtitles',
    '/api/films/{spare}/subtitles?track=sample',
    byAdmins(200),
    {
      json: { basis: '{spareWords}', cues: [{ startMs: 0, endMs: 2000, isTop: false, text: 'Edited' }] },
    },
  ],
  // By then it has other words.
  [
    'PUT',
    '/api/films/[id]/subtitles',
    '/api/films/{spare}/subtitles?track=sample',
    byAdmins(409),
    {
      json: { basis: '{spareWords}', cues: [{ startMs: 0, endMs: 2000, isTop: false, text: 'Taken over' }] },
    },
  ],
  ['PUT', '/api/films/[id]/subtitles', '/api/films/{spare}/subtitles?track=sample', byAdmins(400), { json: {} }],
  ['DELETE', '/api/films/[id]/subtitles', '/api/films/{spare}/subtitles?edit=sample', byAdmins(200)],
  // There are none of these names, which only who may remove some is told.
  ['DELETE', '/api/films/[id]/subtitles', '/api/films/{spare}/subtitles?track=nothing', byAdmins(404)],
  ['DELETE', '/api/films/[id]/subtitles', '/api/films/{spare}/subtitles?edit=nothing', byAdmins(404)],
  [
    'POST',
    '/api/uploads',
    '/api/uploads',
    byAdmins(201),
    { json: { fileName: 'new.mp4', sizeBytes: 9, lastModifiedMs: 0 } },
  ],
  ['GET', '/api/uploads/[id]', '/api/uploads/{upload}', byAdmins(200), TOKEN],
  [
    'POST',
    '/api/uploads/[id]/parts',
    '/api/uploads/{upload}/parts',
    byAdmins(200),
    { ...TOKEN, json: { partNumbers: [1] } },
  ],
  [
    'POST',
    '/api/library/place',
    '/api/library/place',
    [401, 200, 200],
    { json: { movieId: '{published}', positionSec: 1, durationSec: 60, atMs: 1 } },
  ],
  [
    'POST',
    '/api/library/place',
    '/api/library/place',
    [401, 404, 200],
    { json: { movieId: '{draft}', positionSec: 1, durationSec: 60, atMs: 1 } },
  ],
  ['POST', '/api/watch/[id]/viewing', '/api/watch/{published}/viewing', [204, 204, 204], { json: VIEWING }],
  ['POST', '/api/watch/[id]/viewing', '/api/watch/{unlisted}/viewing', [204, 204, 204], { json: VIEWING }],
  ['POST', '/api/watch/[id]/viewing', '/api/watch/{draft}/viewing', [404, 404, 204], { json: VIEWING }],
  ['POST', '/api/watch/[id]/viewing', '/api/watch/{scheduled}/viewing', [404, 404, 204], { json: VIEWING }],
  ['POST', '/api/watch/[id]/viewing', '/api/watch/{published}/viewing', [400, 400, 400], { json: { session: 'ann' } }],
  ['POST', '/api/uploads/[id]/complete', '/api/uploads/{upload}/complete', byAdmins(409), { ...TOKEN, json: {} }],
  ['DELETE', '/api/uploads/[id]', '/api/uploads/{upload}', byAdmins(204), TOKEN],
];

/** A form, as an argument of an action. */
export interface Form {
  form: Record<string, string>;
}

export interface ActionRow {
  action: string;
  args: unknown[];
  answers: Answers;
  /** Ends the session of whoever asks, so each cell gets one of its own. */
  endsSession?: true;
  /** Answers and changes nothing, whoever asks. */
  changesNothing?: true;
}

const typed = {
  title: 'Taken over',
  originalTitle: '',
  tagline: '',
  synopsis: '',
  year: '',
  genres: '',
  certificate: '',
  language: '',
  cast: '',
  crew: '',
  series: '',
  season: '',
  episode: '',
  visibility: 'published',
  publishAt: '',
  tmdb: '',
};
const form = (fields: Record<string, string>): Form => ({ form: fields });
/** Sets the new password of its own if it is let. */
const password = 'nine green bottles on a wall';

export const ACTIONS: ActionRow[] = [
  // What anybody may try: without the right words it changes nothing but the count of tries, and the audit log.
  {
    action: 'askForAccountAction',
    args: [null, form({ email: '{viewerEmail}' })],
    answers: EVERYBODY,
    changesNothing: true,
  },
  {
    action: 'askForResetAction',
    args: [null, form({ email: '{viewerEmail}' })],
    answers: EVERYBODY,
    changesNothing: true,
  },
  {
    action: 'acceptInviteAction',
    args: [null, form({ token: 'nothing', name: 'Nobody', password })],
    answers: EVERYBODY,
    changesNothing: true,
  },
  {
    action: 'resetAction',
    args: [null, form({ token: 'nothing', password })],
    answers: EVERYBODY,
    changesNothing: true,
  },
  {
    action: 'setupTokenAction',
    args: [null, form({ token: '{setupToken}' })],
    answers: ['/admin', '/admin', '/admin'],
    changesNothing: true,
  },
  {
    action: 'firstAdminAction',
    args: [null, form({ name: 'Nobody', email: 'nobody@example.org', password })],
    answers: ['/admin/setup', '/admin/setup', '/admin/setup'],
    changesNothing: true,
  },
  // One's own account, and nobody else's.
  { action: 'favouriteAction', args: ['own:{published}', true], answers: MEMBERS },
  { action: 'rateAction', args: ['own:{published}', 4], answers: MEMBERS },
  { action: 'watchedAction', args: ['own:{published}', true], answers: MEMBERS },
  { action: 'setAsideAction', args: ['own:{published}'], answers: MEMBERS },
  { action: 'forgetLibraryAction', args: [], answers: ['/sign-in', '/library', '/library'] },
  { action: 'renameAction', args: [null, form({ name: 'Another name' })], answers: MEMBERS },
  {
    action: 'changePasswordAction',
    args: [null, form({ current: 'wrong', password })],
    answers: MEMBERS,
    changesNothing: true,
  },
  {
    action: 'endSessionAction',
    args: [form({ session: '{spareSession}' })],
    answers: ['/sign-in', '/account', '/account'],
    changesNothing: true,
  },
  { action: 'signOutAction', args: [], answers: ['/', '/', '/'], endsSession: true },
  { action: 'signOutEverywhereAction', args: [], answers: ['/sign-in', '/sign-in', '/sign-in'], endsSession: true },
  // Films.
  { action: 'saveFilmAction', args: ['{spare}', '{spareBasis}', typed], answers: ADMINS },
  { action: 'choosePictureAction', args: ['{spare}', 'backdrop', null], answers: ADMINS },
  { action: 'generatePictureAction', args: ['{spare}', 'backdrop'], answers: ADMINS, changesNothing: true },
  { action: 'saveChaptersAction', args: ['{spare}', '0:00 One\n0:02 Two'], answers: ADMINS },
  {
    action: 'saveSkipsAction',
    args: ['{spare}', { intro: { from: '0:00', to: '0:05' }, credits: { from: '', to: '' } }],
    answers: ADMINS,
  },
  { action: 'bulkAction', args: [['{spare}'], 'unlist'], answers: ADMINS },
  { action: 'bulkAction', args: [['{spare}'], 'delete'], answers: ADMINS },
  { action: 'findEntriesAction', args: ['film'], answers: ADMINS, changesNothing: true },
  { action: 'readEntryAction', args: ['film', 1000], answers: ADMINS, changesNothing: true },
  // Jobs and queues.
  { action: 'retryTaskAction', args: ['{job}', '{job}:inspect:head'], answers: ADMINS },
  { action: 'retryJobAction', args: ['{job}'], answers: ADMINS },
  { action: 'jobsAction', args: [['{job}'], 'ahead'], answers: ADMINS },
  { action: 'cancelJobAction', args: ['{job}'], answers: ADMINS },
  { action: 'sendBackAction', args: [[{ queue: 'video.transcode', id: '{letter}' }]], answers: ADMINS },
  { action: 'sendAllBackAction', args: ['video.transcode'], answers: ADMINS },
  // The house.
  {
    action: 'settingsAction',
    args: [null, form({ version: '0', houseName: 'Bijou', signUp: '', maxRungPx: '720', newFilmVisibility: 'draft' })],
    answers: ADMINS,
  },
  // People.
  { action: 'inviteAction', args: [null, form({ email: 'new@example.org', role: 'admin' })], answers: ADMINS },
  { action: 'resetLinkAction', args: ['{spareUser}'], answers: ADMINS },
  { action: 'changeRoleAction', args: ['{spareUser}', 'admin'], answers: ADMINS },
  { action: 'disableAction', args: ['{spareUser}'], answers: ADMINS },
  { action: 'enableAction', args: ['{spareUser}'], answers: ADMINS },
  // Programs.
  { action: 'makeTokenAction', args: [null, form({ name: 'x', days: '30', scope: 'movies:read' })], answers: ADMINS },
  { action: 'revokeTokenAction', args: ['{spareToken}'], answers: ADMINS },
  {
    action: 'makeWebhookAction',
    args: [null, form({ url: 'https://example.org/', event: 'job.ready' })],
    answers: ADMINS,
  },
  { action: 'testWebhookAction', args: ['{webhook}'], answers: ADMINS },
  { action: 'resendAction', args: ['{delivery}'], answers: ADMINS },
  { action: 'switchWebhookAction', args: ['{webhook}', false], answers: ADMINS },
  { action: 'removeWebhookAction', args: ['{webhook}'], answers: ADMINS },
  // The audit log hears of it after the answer, when nothing else is compared any more.
  { action: 'signInAction', args: [null, form({ email: '{viewerEmail}', password: 'wrong' })], answers: EVERYBODY },
];
