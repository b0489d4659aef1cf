import type { FilmAnalysis } from '@marquee/core/analysis';
import type { FilmSights } from '@marquee/core/sights';
import type { FoundSkip } from '@marquee/core/skips';

/** What was found out about a film that was taken through the house. */
export interface SheetFacts {
  name: string;
  /** What all of it took. */
  wallSec: number;
  analysis: FilmAnalysis;
  /** As players of HLS find them. */
  chapters: { 'start-time': number; duration: number; titles: { title: string }[] }[];
  skips: FoundSkip[];
  /** Null where nothing was looked for. */
  sights: FilmSights | null;
}

interface Tile {
  atSec: number;
  label: string;
  isFlag?: boolean;
}

const STYLE = `
  * { box-sizing: border-box } body { margin: 24px; background: #fff; color: #111; font: 14px/1.4 system-ui, sans-serif }
  h1 { font-size: 24px; margin: 0 } h2 { font-size: 17px; margin: 22px 0 6px } p { margin: 4px 0; color: #444 }
  .tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(190px, 1fr)); gap: 10px }
  figure { margin: 0 } img { width: 100%; display: block } figcaption { overflow-wrap: anywhere }
  .flag img { outline: 4px solid #c00 } .flag figcaption { color: #900 }
  .row { display: grid; grid-template-columns: 90px 1fr; align-items: center; gap: 8px; margin: 3px 0 }
  .bar { position: relative; height: 20px; background: #eee; overflow: hidden; font-size: 11px }
  .bar span { position: absolute; top: 0; height: 100%; background: #cfe0f5; border-left: 1px solid #36c; white-space: nowrap }
  .bar span.point { background: #333; width: 3px; border: 0 } .bar span.red { background: #c00 }
`;

/**
 * The page that a contact sheet is photographed from.
 *
 * @param frameAt address of the picture at a time of the film
 */
export function sheetPage(facts: SheetFacts, frameAt: (atSec: number) => string): string {
  const { analysis, sights, chapters, skips } = facts;
  const { durationSec } = analysis;
  const stretch = (startSec: number, endSec: number, label: string) =>
    `<span style="left:${share(startSec, durationSec)};width:${share(endSec - startSec, durationSec)}">${safe(label)}</span>`;
  const point = (atSec: number, isRed = false) =>
    `<span class="point ${isRed ? 'red' : ''}" style="left:${share(atSec, durationSec)}"></span>`;
  const row = (name: string, marks: string[]) =>
    `<div class="row"><b>${name}</b><div class="bar">${marks.join('')}</div></div>`;
  const tiles = (name: string, all: Tile[], none: string) =>
    `<h2>${name}</h2>${
      all.length === 0
        ? `<p>${none}</p>`
        : `<div class="tiles">${all
            .map(
              ({ atSec, label, isFlag }) =>
                `<figure class="${isFlag ? 'flag' : ''}"><img src="${frameAt(atSec)}"><figcaption><b>${clock(atSec)}</b> ${safe(label)}</figcaption></figure>`,
            )
            .join('')}</div>`
    }`;
  const flagged = (sights?.flags ?? []).flatMap(({ flag, evidence }) =>
    evidence.map(({ atSec, confidence }) => ({ atSec, label: `${flag} ${percent(confidence)}`, isFlag: true })),
  );
  const body = [
    `<h1>${safe(facts.name)}</h1>`,
    `<p>${clock(durationSec)} long, ${analysis.shots.length} shots, ${analysis.scenes.length} scenes, ${sights?.looks ?? 0} frames looked at; all of the work took ${facts.wallSec.toFixed(0)} s.</p>`,
    row(
      'shots',
      analysis.shots.map((shot) => stretch(shot.startSec, shot.endSec, '')),
    ),
    row(
      'scenes',
      analysis.scenes.map((scene, i) => stretch(scene.startSec, scene.endSec, `${i + 1}`)),
    ),
    row(
      'chapters',
      chapters.map((each) => stretch(each['start-time'], each.duration + each['start-time'], titleOf(each))),
    ),
    row(
      'skips',
      skips.map((skip) => stretch(skip.startSec, skip.endSec, skip.kind)),
    ),
    row(
      'faces',
      (sights?.faces ?? []).map(({ atSec }) => point(atSec)),
    ),
    row(
      'letters',
      (sights?.letters ?? []).map((line) => stretch(line.startSec, line.endSec, line.text)),
    ),
    row(
      'flags',
      flagged.map(({ atSec }) => point(atSec, true)),
    ),
    tiles(
      'Chapters',
      chapters.map((each) => ({ atSec: each['start-time'] + 0.2, label: titleOf(each) })),
      'None.',
    ),
    tiles(
      'What can be skipped',
      skips.flatMap(({ kind, startSec, endSec }) => [
        { atSec: startSec + 0.2, label: `${kind} begins` },
        { atSec: Math.min(endSec, durationSec - 0.2), label: `${kind} has ended` },
      ]),
      'No opening and no credits were found.',
    ),
    tiles('To look at yourself', flagged, 'No flag was raised.'),
    tiles(
      'Tags',
      (sights?.tags ?? []).flatMap(({ tag, evidence }) =>
        evidence.slice(0, 4).map(({ atSec, confidence }) => ({ atSec, label: `${tag} ${percent(confidence)}` })),
      ),
      'None.',
    ),
    tiles(
      'Faces',
      (sights?.faces ?? []).slice(0, 24).map(({ atSec, count }) => ({ atSec, label: `${count}` })),
      'None were found.',
    ),
    tiles(
      'Letters in the picture',
      (sights?.letters ?? []).slice(0, 24).map(({ atSec, text, confidence }) => ({
        atSec,
        label: `“${text}” ${percent(confidence)}`,
      })),
      'None were read.',
    ),
    tiles(
      'Scenes as they are searched',
      (sights?.scenes ?? []).map(({ atSec, tags }) => ({ atSec, label: tags.join(', ') })),
      'None.',
    ),
  ];
  return `<!doctype html><meta charset="utf-8"><style>${STYLE}</style>${body.join('\n')}`;
}

function titleOf({ titles }: SheetFacts['chapters'][number]): string {
  return titles[0]?.title ?? '';
}

function clock(sec: number): string {
  return `${Math.floor(sec / 60)}:${(sec % 60).toFixed(1).padStart(4, '0')}`;
}

function percent(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function share(sec: number, of: number): string {
  return `${((100 * sec) / of).toFixed(3)}%`;
}

function safe(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
