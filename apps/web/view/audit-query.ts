import { AUDIT_KINDS, type AuditKind } from '@marquee/core/audit';

/** What the audit log was asked for. */
export interface AuditQuery {
  kind?: AuditKind;
  /** Part of a name or an address of whoever did it, or all of it. */
  by?: string;
  cursor?: string;
}

/** Reads what the address of the audit log asks for; what makes no sense is as if it were not there. */
export function auditQueryOf(asked: Record<string, string | string[] | undefined>): AuditQuery {
  const one = (name: string) => {
    const value = asked[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
  };
  const kind = AUDIT_KINDS.find((each) => each === one('kind'));
  const by = one('by')?.slice(0, 254);
  const cursor = one('after')?.slice(0, 100);
  return {
    ...(kind === undefined ? {} : { kind }),
    ...(by === undefined ? {} : { by }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

/** The address of the log as it was asked for, with some of it changed. */
export function auditAddress({ kind, by, cursor }: AuditQuery): string {
  const params = new URLSearchParams();
  if (kind) params.set('kind', kind);
  if (by) params.set('by', by);
  if (cursor) params.set('after', cursor);
  return params.size === 0 ? '/admin/audit' : `/admin/audit?${params}`;
}
