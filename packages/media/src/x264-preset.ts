/** How much coarser `swift` quantises, in steps of CRF: takes back the bits that its search for motion costs. */
const SWIFT_CRF_STEP = 0.5;
/** Rungs below this, in nominal pixels, are quick in any case, and have too few bits to spend any on speed. */
const SWIFT_FROM_PX = 480;

/**
 * What x264 is told for a configured preset and constant rate factor.
 *
 * `swift` is ours: veryfast, with the search for motion of superfast on the rungs that cost most. It leaves out what
 * takes a third of veryfast's time for a thousandth of its similarity, and keeps the lookahead and the macroblock tree,
 * which superfast drops and which save a tenth of the bits at the same similarity. Source: docs/decisions/0009-swift.md.
 */
export function x264Preset(
  preset: string,
  crf: number,
  nominalPx: number,
): { preset: string; crf: number; params: string[] } {
  if (preset !== 'swift') return { preset, crf, params: [] };
  if (nominalPx < SWIFT_FROM_PX) return { preset: 'veryfast', crf, params: [] };
  return { preset: 'veryfast', crf: crf + SWIFT_CRF_STEP, params: ['me=dia', 'subme=1'] };
}
