import type { AuditId } from './ids.ts';

/** What is written down. A new one gets its words in `apps/web/view/audit-words.ts`. */
export const AUDIT_ACTIONS = [
  'house.set_up',
  'house.settings_changed',
  'user.signed_in',
  'user.sign_in_refused',
  'user.joined',
  'user.renamed',
  'user.password_changed',
  'user.password_reset',
  'user.sessions_ended',
  'user.invited',
  'user.created',
  'user.role_changed',
  'user.disabled',
  'user.enabled',
  'user.reset_link_made',
  'job.retried',
  'job.part_retried',
  'job.cancelled',
  'job.prioritized',
  'film.uploaded',
  'film.details_changed',
  'film.picture_chosen',
  'film.picture_generated',
  'film.chapters_changed',
  'film.skips_changed',
  'film.subtitles_changed',
  'film.visibility_changed',
  'film.published',
  'film.remade',
  'film.deleted',
  'queue.sent_back',
  'token.made',
  'token.revoked',
  'webhook.made',
  'webhook.removed',
  'webhook.enabled',
  'webhook.disabled',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What an action is done to, by which the log is narrowed down: what stands before its dot. */
export type AuditKind = AuditAction extends `${infer Kind}.${string}` ? Kind : never;

export function auditKind(action: AuditAction): AuditKind {
  return action.slice(0, action.indexOf('.')) as AuditKind;
}

export const AUDIT_KINDS: AuditKind[] = [...new Set(AUDIT_ACTIONS.map(auditKind))];

/** Whoever did something: a person with an account, a token of the API, the command line, or somebody who has not said who they are. */
export interface AuditActor {
  kind: 'user' | 'token' | 'command' | 'visitor';
  /** A user's or a token's id; null for the others. */
  id: string | null;
  /** As they were called then. */
  name: string;
  /** Where the request came from; null for commands. */
  address: string | null;
}

/** Who did what to which, and when. Never changed, never removed. */
export interface AuditEntry {
  id: AuditId;
  atMs: number;
  actor: AuditActor;
  action: AuditAction;
  /** What it was done to, as it was called then; null where the actor alone is meant. */
  target: { kind: 'user' | 'movie' | 'job' | 'queue' | 'token' | 'webhook'; id: string; name: string } | null;
  /** A few words more, such as the new role; never a secret. */
  detail: string | null;
}
