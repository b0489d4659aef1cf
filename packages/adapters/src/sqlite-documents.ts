/** The document as it stands after a patch: its id is kept, its version raised, and undefined means "not named". */
export function patched<T extends { id: string; version: number }>(document: T, patch: Partial<T>): T {
  const named = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
  return { ...document, ...named, id: document.id, version: document.version + 1 };
}

/** @returns what a row holds, or null for no row */
export function parse<T>(row: { document: string } | undefined): T | null {
  return row ? (JSON.parse(row.document) as T) : null;
}
