import type { StageProgress } from '@marquee/core/advance';
import { AUDIT_KINDS } from '@marquee/core/audit';
import { VARIABLES } from '@marquee/core/config';
import { variableFacts } from '@marquee/core/config-facts';
import type { AuditId } from '@marquee/core/ids';
import type { EndedSlot } from '@marquee/core/job';
import { describe, expect, it } from 'vitest';
import { auditAddress, auditQueryOf } from '../../view/audit-query.ts';
import { AUDIT_KIND_NAMES, auditHref, auditWords } from '../../view/audit-words.ts';
import { jobQueryOf, nextJobsAddress } from '../../view/job-query.ts';
import { stateWord, workWords } from '../../view/job-sentence.ts';
import { groupVariables } from '../../view/settings.ts';
import { barsOf, perHourWords } from '../../view/throughput.ts';

describe('what the jobs’ table was asked for', () => {
  it('is read from the address, and what makes no sense is not there', () => {
    expect(jobQueryOf({ q: ' ferry ', status: 'failed', after: 'x' })).toEqual({
      text: 'ferry',
      status: 'failed',
      cursor: 'x',
    });
    expect(jobQueryOf({ q: ['a', 'b'], status: 'lost', after: ' ' })).toEqual({});
  });

  it('is kept on the way to the next page', () => {
    expect(nextJobsAddress({ text: 'a&b', status: 'failed', cursor: 'old' }, 'x y')).toBe(
      '/admin/jobs?q=a%26b&status=failed&after=x+y',
    );
  });
});

describe('a job in a table', () => {
  const stage = (name: StageProgress['stage'], done: number, total: number): StageProgress => ({
    stage: name,
    done,
    total,
    share: total === 0 ? 0 : done / total,
  });

  it('names the first stage that is not through', () => {
    const stages = [stage('inspect', 2, 2), stage('transcode', 3, 9), stage('audio', 0, 1)];
    expect(workWords({ stages, share: 0.345 })).toBe('Picture, 34 %');
    expect(workWords({ stages: [stage('inspect', 0, 0)], share: 0 })).toBe('');
  });

  it('is playable as soon as its opening is', () => {
    expect(stateWord({ status: 'processing', playableAtMs: null })).toBe('Being made');
    expect(stateWord({ status: 'processing', playableAtMs: 1 })).toBe('Playable');
    expect(stateWord({ status: 'ready', playableAtMs: 1 })).toBe('Ready');
  });
});

describe('the picture of what was made', () => {
  const hour = (fromMs: number, filmMs: number, failed = 0): EndedSlot => ({
    fromMs,
    filmMs,
    failed,
    ready: filmMs === 0 ? 0 : 1,
    cancelled: 0,
  });

  it('has a bar for each hour, the best as high as the picture', () => {
    const bars = barsOf([hour(0, 1800_000), hour(1, 3600_000, 2), hour(2, 0)]);
    expect(bars.map(({ made }) => made)).toEqual([0.5, 1, 0]);
    expect(bars.map(({ x }) => x)).toEqual([0, 1 / 3, 2 / 3]);
    expect(bars[1]?.failed).toBe(2);
    expect(barsOf([hour(0, 0)])[0]?.made).toBe(0);
  });

  it('says in words what an hour is good for', () => {
    expect(perHourWords([hour(0, 1800_000), hour(1, 3600_000)])).toBe(
      '1 h 30 min of film; 45 min in an hour, 1 h in the best.',
    );
    expect(perHourWords([hour(0, 0)])).toBe('No film became ready.');
  });
});

it('shows every variable in one group, and those that none names at the end', () => {
  const variables = Object.keys(VARIABLES).map((name) => variableFacts(name, '', 'x', false));
  const groups = groupVariables([...variables, variableFacts('SOMETHING_NEW', '', 'x', false)]);
  expect(groups.flatMap((group) => group.variables)).toHaveLength(variables.length + 1);
  expect(groups.at(-1)?.variables.at(-1)?.name).toBe('SOMETHING_NEW');
  expect(groups.find(({ title }) => title === 'Engines')?.variables.map(({ name }) => name)).toContain('S3_BUCKET');
});

describe('the audit log', () => {
  const actor = { kind: 'user' as const, id: 'u', name: 'ann@example.org', address: null };
  const base = { id: 'a' as AuditId, atMs: 0, actor, detail: null };
  const film = { kind: 'movie' as const, id: 'm', name: 'The Night Ferry' };

  it('says what was done to a film, and leads to it while it is there', () => {
    expect(auditWords({ ...base, action: 'film.published', target: film })).toBe('published The Night Ferry');
    expect(auditWords({ ...base, action: 'film.remade', target: film })).toBe(
      'had a new version made of The Night Ferry',
    );
    expect(auditHref({ action: 'film.published', target: film })).toBe('/admin/films/m');
    expect(auditHref({ action: 'film.deleted', target: film })).toBeNull();
    expect(auditHref({ action: 'user.signed_in', target: null })).toBeNull();
  });

  it('has a name for every kind, and keeps what was asked for in addresses', () => {
    for (const kind of AUDIT_KINDS) expect(AUDIT_KIND_NAMES[kind]).toMatch(/^[A-Z]/);
    expect(auditQueryOf({ kind: 'film', by: ' ann ', after: 'x' })).toEqual({ kind: 'film', by: 'ann', cursor: 'x' });
    expect(auditQueryOf({ kind: 'weather' })).toEqual({});
    expect(auditAddress({ kind: 'film', by: 'a b' })).toBe('/admin/audit?kind=film&by=a+b');
    expect(auditAddress({})).toBe('/admin/audit');
  });
});
