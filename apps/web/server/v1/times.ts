/** A time as the API writes it: ISO 8601 in UTC. */
export function isoTime<T extends number | null>(ms: T): T extends number ? string : null {
  return (ms === null ? null : new Date(ms).toISOString()) as T extends number ? string : null;
}
