const LONGEST_SEC = 1_000_000;

/** Where an address asks a film to begin, in seconds: `90`, `90s`, `1m30s`, `1h2m`. @returns null where it does not */
export function startSecOf(asked: string | string[] | undefined): number | null {
  if (typeof asked !== 'string') return null;
  const [, hours, minutes, seconds] = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,6})s?)?$/.exec(asked) ?? [];
  const sec = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return sec > 0 && sec < LONGEST_SEC ? sec : null;
}
