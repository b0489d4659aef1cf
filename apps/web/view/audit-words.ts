import type { AuditAction, AuditEntry, AuditKind } from '@marquee/core/audit';

/** What was done, and the word between that and what it was done to; ` of ` where none is named. */
const WORDS: Record<AuditAction, [words: string, joint?: string]> = {
  'house.set_up': ['set up the house'],
  'house.settings_changed': ['changed the house’s settings'],
  'user.signed_in': ['signed in'],
  'user.sign_in_refused': ['was not let in', ' as '],
  'user.joined': ['took up an invitation'],
  'user.renamed': ['changed a name'],
  'user.password_changed': ['changed the password'],
  'user.password_reset': ['set a new password by link'],
  'user.sessions_ended': ['signed out'],
  'user.invited': ['invited', ' '],
  'user.created': ['made an account', ' for '],
  'user.role_changed': ['changed the role'],
  'user.disabled': ['shut the account'],
  'user.enabled': ['opened the account'],
  'user.reset_link_made': ['made a link for a new password', ' for '],
  'job.retried': ['retried the job'],
  'job.part_retried': ['had a part made again'],
  'job.cancelled': ['cancelled the job'],
  'job.prioritized': ['changed the turn'],
  'film.uploaded': ['uploaded', ' '],
  'film.details_changed': ['changed details'],
  'film.picture_chosen': ['chose a picture'],
  'film.picture_generated': ['had a picture made'],
  'film.chapters_changed': ['changed the chapters'],
  'film.skips_changed': ['changed what can be skipped'],
  'film.subtitles_changed': ['changed the subtitles'],
  'film.visibility_changed': ['changed who sees', ' '],
  'film.published': ['published', ' '],
  'film.remade': ['had a new version made'],
  'film.deleted': ['deleted', ' '],
  'queue.sent_back': ['sent dead letters back', ' to '],
  'token.made': ['made the API token', ' '],
  'token.revoked': ['revoked the API token', ' '],
  'webhook.made': ['made a webhook', ' for '],
  'webhook.removed': ['removed the webhook', ' '],
  'webhook.enabled': ['switched on the webhook', ' '],
  'webhook.disabled': ['switched off the webhook', ' '],
};

/** What the log can be narrowed down to. */
export const AUDIT_KIND_NAMES: Record<AuditKind, string> = {
  house: 'The house',
  user: 'People',
  film: 'Films',
  job: 'Jobs',
  queue: 'Queues',
  token: 'API tokens',
  webhook: 'Webhooks',
};

/** What was done to which, in words: `changed the role of ann@example.org (admin)`. */
export function auditWords({ action, actor, target, detail }: AuditEntry): string {
  const [words, joint = ' of '] = WORDS[action] ?? [action];
  const isSelf = target !== null && target.kind === 'user' && (target.id === actor.id || action === 'house.set_up');
  const about = target === null || isSelf ? '' : `${joint}${target.name}`;
  return `${words}${about}${detail === null ? '' : ` (${detail})`}`;
}

/** Where what was done can be looked at; null where there is no page for it. */
export function auditHref({ action, target }: Pick<AuditEntry, 'action' | 'target'>): string | null {
  if (target === null || action === 'film.deleted') return null;
  if (target.kind === 'movie') return `/admin/films/${target.id}`;
  if (target.kind === 'job') return `/admin/jobs/${target.id}`;
  if (target.kind === 'token') return '/admin/tokens';
  if (target.kind === 'webhook') return action === 'webhook.removed' ? null : `/admin/webhooks/${target.id}`;
  return target.kind === 'queue' ? '/admin/queues' : null;
}
