/** @returns where to go after a sign-in: a path of ours and never an address that came from elsewhere; null if it is none */
export function ownPath(next: unknown): string | null {
  if (typeof next !== 'string' || !/^\/(?![/\\])[\w/.~?=&%-]*$/.test(next)) return null;
  return next;
}
