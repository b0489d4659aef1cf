/** @returns where to go after a sign-in: a path of ours and never an address that came from elsewhere; null if it is none */
export function ownPath(next: unknown): string | null {
  // Two slashes in a row, wherever they stand, may become the beginning of an address once dots are taken out of it.
  if (typeof next !== 'string' || !/^\/(?:[\w.~%-]+\/)*[\w.~%-]*(?:\?[\w/.~?=&%-]*)?$/.test(next)) return null;
  return next;
}
