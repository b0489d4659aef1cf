/**
 * A worker's name for people. The full one, `machine_boot_space:process:birth[:part]`, tells machines apart that
 * have the same name; people know theirs.
 */
export function workerName(holder: string): string {
  const [place = '', process] = holder.split(':');
  const machine = place.split('_')[0] || place;
  return process === undefined ? machine : `${machine}, process ${process}`;
}
