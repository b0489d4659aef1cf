import type { VariableFacts } from '@marquee/core/config-facts';
import type { HouseSettings } from '@marquee/core/settings';
import { formatBytes } from './format.ts';
import { VISIBILITY_NAMES } from './visibility.ts';

export const SETTING_NAMES: Record<keyof HouseSettings, string> = {
  houseName: 'Name of the house',
  signUp: 'Sign-up',
  maxRungPx: 'Largest picture of new versions',
  newFilmVisibility: 'New films are',
};

/** A setting as one says it. */
export function settingWords(name: keyof HouseSettings, values: HouseSettings): string {
  switch (name) {
    case 'houseName':
      return values.houseName;
    case 'signUp':
      return values.signUp === null ? 'as SIGN_UP says' : SIGN_UP_NAMES[values.signUp].toLowerCase();
    case 'maxRungPx':
      return values.maxRungPx === null ? 'as MAX_RUNG says' : `${values.maxRungPx}p`;
    case 'newFilmVisibility':
      return VISIBILITY_NAMES[values.newFilmVisibility].toLowerCase();
  }
}

export const SIGN_UP_NAMES = { open: 'Open to anybody', closed: 'By invitation' } as const;

/** Variables by what they are about. One that no group names comes last, so that none is missing. */
const GROUPS: { title: string; names: string[] }[] = [
  {
    title: 'This process',
    names: [
      'MARQUEE_DATA',
      'MARQUEE_WORK',
      'LOG_LEVEL',
      'TRANSCODE_CONCURRENCY',
      'DRAIN_SEC',
      'HEALTH_PORT',
      'METRICS_PORT',
    ],
  },
  {
    title: 'The site',
    names: ['HOST', 'PORT', 'PUBLIC_URL', 'MARQUEE_ADMIN_SECRET', 'SIGN_UP', 'SMTP_URL', 'MAIL_FROM', 'PROXY_HOPS'],
  },
  { title: 'Work', names: ['LEASE_SEC', 'OPEN_WINDOW', 'OLD_VERSIONS_DAYS'] },
  {
    title: 'Pictures and limits',
    names: ['FFMPEG_PATH', 'FFPROBE_PATH', 'X264_PRESET', 'X264_CRF', 'X264_CPU_INDEPENDENT', 'MAX_RUNG', 'MAX_FPS'],
  },
  {
    title: 'Engines',
    names: ['QUEUE_PREFIX', 'RABBITMQ_URL', 'RABBITMQ_MANAGEMENT_URL', 'SQS_ENDPOINT', 'MONGODB_URL', 'REDIS_URL'],
  },
];

/** Beginnings of names whose variables belong to a group without being named there. */
const BEGINNINGS: { begins: RegExp; title: string }[] = [
  { begins: /^(MAX|MIN|TOOL)_/, title: 'Pictures and limits' },
  { begins: /^(S3|AWS|MEDIA)_/, title: 'Engines' },
  { begins: /^TMDB_/, title: 'The catalogue' },
  { begins: /^(SPEECH|OCR|ANALYSIS|SIGHTS|MARQUEE_MODELS|MEANING|MAVEN_URL|PYPI_URL)$/, title: 'Pictures and limits' },
  { begins: /^WEBHOOK_/, title: 'The site' },
  { begins: /^(LLM_|TRANSLATE_TO$)/, title: 'The language model' },
  { begins: /^(SPEECH|PICTURE|DUB)_/, title: 'Services outside' },
];
const REST = 'Further';

/** Sorts variables into groups, in the order in which they are documented. */
export function groupVariables(variables: VariableFacts[]): { title: string; variables: VariableFacts[] }[] {
  const titleOf = (name: string) =>
    GROUPS.find(({ names }) => names.includes(name))?.title ??
    BEGINNINGS.find(({ begins }) => begins.test(name))?.title ??
    REST;
  const titles = [...new Set([...GROUPS, ...BEGINNINGS].map(({ title }) => title)), REST];
  return titles
    .map((title) => ({ title, variables: variables.filter(({ name }) => titleOf(name) === title) }))
    .filter(({ variables: some }) => some.length > 0);
}

/** What stands beside a variable's name. */
export function variableWords({ name, value, isSecret, from }: VariableFacts): string {
  if (isSecret) return from === 'environment' ? 'set, and not shown' : 'not set';
  if (value !== null && name.endsWith('_BYTES')) return `${value} (${formatBytes(Number(value))})`;
  return value ?? 'not set';
}
