/** What a form is told after it was sent; null before. */
export type Answer = { ok: boolean; says: string } | null;

export function refused(says: string): Answer {
  return { ok: false, says };
}

export function done(says: string): Answer {
  return { ok: true, says };
}
