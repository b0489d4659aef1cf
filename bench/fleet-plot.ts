/** One point of both lines of a panel. */
export interface FleetPlotRow {
  /** Which panel: one film of two hours, or 500 uploads at once. */
  load: 'film' | 'uploads';
  workers: number;
  makespanMs: number;
  /** 95th percentile over the films. */
  firstPlayableMs: number;
}

const WIDTH = 960;
const HEIGHT = 508;
const PANEL = { top: 128, height: 286, width: 360, insetPx: 36, left: { film: 84, uploads: 556 } };
const TITLES = { film: 'One film of two hours', uploads: '500 uploads at once' };
/** Times that get a line across, in milliseconds. */
const MARKS: readonly (readonly [number, string])[] = [
  [10, '10 ms'],
  [100, '0.1 s'],
  [1000, '1 s'],
  [10_000, '10 s'],
  [60_000, '1 min'],
  [600_000, '10 min'],
  [3_600_000, '1 h'],
  [36_000_000, '10 h'],
  [4 * 86_400_000, '4 days'],
  [40 * 86_400_000, '40 days'],
  [400 * 86_400_000, '400 days'],
];
const FONT = 'Inter, Geist, system-ui, sans-serif';
const DISPLAY = 'Fraunces, Georgia, serif';

/**
 * Draws what fleets of different sizes take: two panels, both scales logarithmic, the same times across in both.
 * The picture stands by itself and follows the reader's choice of light or dark.
 *
 * @param rows positive numbers, in any order; each load needs one at least
 * @param note one line below the picture: which times the simulation was fed with, and where they are from
 * @returns an SVG document
 * @throws RangeError if a load has no row, or a number cannot stand on a logarithmic scale
 */
export function fleetPlot(rows: readonly FleetPlotRow[], note = ''): string {
  for (const { workers, makespanMs, firstPlayableMs } of rows)
    for (const value of [workers, makespanMs, firstPlayableMs])
      if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${value} has no place on a logarithmic scale`);
  const times = rows.flatMap((row) => [row.makespanMs, row.firstPlayableMs]);
  const counts = rows.map((row) => row.workers);
  const range = { fromMs: Math.min(...times) / 5, toMs: Math.max(...times) * 4 };
  const most = Math.max(...counts);
  const fewest = Math.min(...counts);
  const loads = (['film', 'uploads'] as const).map((load) => {
    const mine = rows.filter((row) => row.load === load).sort((a, b) => a.workers - b.workers);
    if (mine.length === 0) throw new RangeError(`there is no row of ${load}`);
    return { load, rows: mine };
  });
  const yOf = (ms: number) =>
    PANEL.top + PANEL.height * (1 - Math.log(ms / range.fromMs) / Math.log(range.toMs / range.fromMs));
  const across = (workers: number) =>
    PANEL.insetPx +
    (PANEL.width - 2 * PANEL.insetPx) * (most === fewest ? 0.5 : Math.log(workers / fewest) / Math.log(most / fewest));

  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title desc">
<title id="title">Simulated: how long a fleet takes, by its size</title>
<desc id="desc">${loads.map(describe).join(' ')} ${escapeXml(note)}</desc>
<style>
  .ground { fill: #faf6f1 } .ink { fill: #1f1a16 } .quiet { fill: #645d55 } .live { fill: #8a5200 }
  .rule { stroke: #e2dcd4 } .ideal { stroke: #857d74 } .whole { stroke: #1f1a16 } .first { stroke: #b87300 }
  .dot-whole { fill: #1f1a16 } .dot-first { fill: #b87300 }
  .halo { stroke: #faf6f1 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d0a08 } .ink { fill: #f2eee6 } .quiet { fill: #aca59d } .live { fill: #fcb32f }
    .rule { stroke: #2d2825 } .ideal { stroke: #7d766e } .whole { stroke: #f2eee6 } .first { stroke: #fcb32f }
    .dot-whole { fill: #f2eee6 } .dot-first { fill: #fcb32f }
    .halo { stroke: #0d0a08 }
  }
  text { font: 13px ${FONT}; font-variant-numeric: tabular-nums }
  .head { font: 600 24px ${DISPLAY} } .sub { font: 600 16px ${DISPLAY} }
  .halo { paint-order: stroke; stroke-width: 5px; stroke-linejoin: round }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round }
  .thin { fill: none; stroke-width: 1.5; stroke-dasharray: 2 5; stroke-linecap: round }
</style>
<rect class="ground" width="${WIDTH}" height="${HEIGHT}" rx="6"/>
<text class="ink head" x="32" y="46">Simulated: how long a fleet takes, by its size</text>
${legend()}
${loads.map(panel).join('\n')}
<text class="quiet" x="32" y="${HEIGHT - 18}">${escapeXml(note)}</text>
</svg>
`;

  function panel({ load, rows: mine }: (typeof loads)[number]): string {
    const left = PANEL.left[load];
    const xOf = (workers: number) => left + across(workers);
    const bottom = PANEL.top + PANEL.height;
    const out = [`<text class="ink sub" x="${left}" y="${PANEL.top - 16}">${TITLES[load]}</text>`];
    for (const [ms, label] of MARKS.filter(([ms]) => ms >= range.fromMs && ms <= range.toMs)) {
      const y = round(yOf(ms));
      out.push(`<path class="rule" d="M${left} ${y}H${left + PANEL.width}"/>`);
      out.push(`<text class="quiet" x="${left - 10}" y="${y + 4}" text-anchor="end">${label}</text>`);
    }
    for (const { workers } of mine) {
      const label = workers.toLocaleString('en-GB');
      out.push(
        `<text class="quiet" x="${round(xOf(workers))}" y="${bottom + 22}" text-anchor="middle">${label}</text>`,
      );
    }
    out.push(
      `<text class="quiet" x="${left + PANEL.width / 2}" y="${bottom + 44}" text-anchor="middle">workers</text>`,
    );

    const path = (points: readonly (readonly [number, number])[]) =>
      points.map(([workers, ms], i) => `${i === 0 ? 'M' : 'L'}${round(xOf(workers))} ${round(yOf(ms))}`).join('');
    const [least] = mine as [FleetPlotRow];
    const perfect = mine.map((row) => [row.workers, (least.makespanMs * least.workers) / row.workers] as const);
    out.push(`<path class="ideal thin" d="${path(perfect.filter(([, ms]) => ms >= range.fromMs))}"/>`);
    // Lines fall to the right: above right and straight below of a point there is room.
    for (const [line, at, dxPx, dyPx, anchor] of [
      ['first', 'firstPlayableMs', 0, 22, 'middle'],
      ['whole', 'makespanMs', 5, -9, 'start'],
    ] as const) {
      out.push(`<path class="${line} line" d="${path(mine.map((row) => [row.workers, row[at]]))}"/>`);
      for (const row of mine) {
        const x = round(xOf(row.workers));
        const y = round(yOf(row[at]));
        const colour = line === 'first' ? 'live' : 'ink';
        out.push(`<circle class="dot-${line}" cx="${x}" cy="${y}" r="4"/>`);
        out.push(
          `<text class="${colour} halo" x="${round(x + dxPx)}" y="${round(y + dyPx)}" text-anchor="${anchor}">${duration(row[at])}</text>`,
        );
      }
    }
    return `<g>\n${out.join('\n')}\n</g>`;
  }
}

/** Samples of the lines, each with its words. */
function legend(): string {
  const entries = [
    { line: 'whole line', words: 'all done', widthPx: 118 },
    { line: 'first line', words: 'playable (19 of 20 films)', widthPx: 222 },
    { line: 'ideal thin', words: 'all done, if work could be shared out without end', widthPx: 0 },
  ];
  let x = 32;
  return entries
    .map(({ line, words, widthPx }) => {
      const text = `<path class="${line}" d="M${x} 72h28"/><text class="quiet" x="${x + 38}" y="76">${words}</text>`;
      x += widthPx;
      return text;
    })
    .join('\n');
}

function describe({ load, rows }: { load: FleetPlotRow['load']; rows: readonly FleetPlotRow[] }): string {
  const parts = rows.map(({ workers, makespanMs, firstPlayableMs }) => {
    const who = `${workers.toLocaleString('en-GB')} worker${workers === 1 ? '' : 's'}`;
    return `with ${who} all is done in ${duration(makespanMs)} and playable after ${duration(firstPlayableMs)}`;
  });
  return `${TITLES[load]}: ${parts.join('; ')}.`;
}

/** In the largest unit of which there are one and a half or more, to two figures. */
function duration(ms: number): string {
  const units = [
    [86_400_000, 'days'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1000, 's'],
  ] as const;
  const [size, unit] = units.find(([each]) => ms >= 1.5 * each) ?? [1000, 's'];
  const value = ms / size;
  return `${value >= 9.95 ? Math.round(value) : Number(value.toFixed(1))} ${unit}`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
