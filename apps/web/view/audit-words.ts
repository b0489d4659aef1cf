import type { AuditAction, AuditEntry } from '@marquee/core/audit';

const WORDS: Record<AuditAction, string> = {
  'house.set_up': 'set up the house',
  'user.signed_in': 'signed in',
  'user.sign_in_refused': 'was not let in',
  'user.joined': 'took up an invitation',
  'user.renamed': 'changed a name',
  'user.password_changed': 'changed the password',
  'user.password_reset': 'set a new password by link',
  'user.sessions_ended': 'signed out',
  'user.invited': 'invited',
  'user.created': 'made an account',
  'user.role_changed': 'changed the role',
  'user.disabled': 'shut the account',
  'user.enabled': 'opened the account',
  'user.reset_link_made': 'made a link for a new password',
  'job.retried': 'retried the job',
  'job.part_retried': 'had a part made again',
  'job.cancelled': 'cancelled the job',
  'job.prioritized': 'changed whose turn it is',
};

/** What was done to which, in words: `changed the role of ann@example.org: admin`. */
export function auditWords({ action, actor, target, detail }: AuditEntry): string {
  const isSelf = target !== null && target.kind === 'user' && (target.id === actor.id || action === 'house.set_up');
  const about = target === null || isSelf ? '' : `${action === 'user.invited' ? ' ' : joins(action)}${target.name}`;
  return `${WORDS[action] ?? action}${about}${detail === null ? '' : ` (${detail})`}`;
}

function joins(action: AuditAction): string {
  if (action === 'user.sign_in_refused') return ' as ';
  return action === 'user.created' || action === 'user.reset_link_made' ? ' for ' : ' of ';
}
