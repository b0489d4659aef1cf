import type { NewTask, Task } from '@marquee/core/job';
import { taskRow } from '@marquee/core/job';
import { createJobState } from '@marquee/core/job-state';
import type { UploadedSubtitles } from '@marquee/core/movie';
import type { SubtitleRendition } from '@marquee/core/plan';
import { planSubtitles } from '@marquee/media/subtitles';
import { planTranslations } from '@marquee/media/translations';
import { describe, expect, it } from 'vitest';
import { INSPECTION, textTrack } from './films.ts';

const tracks = (...subtitles: ReturnType<typeof textTrack>[]) => planSubtitles({ ...INSPECTION, subtitles });
const names = (...args: Parameters<typeof planTranslations>) => planTranslations(...args).map(({ name }) => name);

describe('translations', () => {
  it('are planned for languages that a film has no whole track in', () => {
    const film = tracks(textTrack(3, 'subrip', 'en'), textTrack(4, 'subrip', 'fr', { title: 'Forced' }));
    expect(names(film, ['de', 'fr', 'pt-BR', 'en-GB'])).toEqual(['de-t0', 'fr-t0', 'pt-BR-t0']);
    expect(names(film, [])).toEqual([]);
    expect(planTranslations(film, ['de'])[0]).toMatchObject({ translated: true, language: 'de', default: false });
  });

  it('need a track to be made from', () => {
    expect(names(tracks(), ['de'])).toEqual([]);
    expect(names(tracks(textTrack(4, 'subrip', 'fr', { title: 'Forced' })), ['de'])).toEqual([]);
  });

  it('that people edited are made and kept back, and their edits are neither a source nor in the way', () => {
    const film = tracks(textTrack(3, 'subrip', 'en'));
    const [german] = planTranslations(film, ['de']) as [SubtitleRendition];
    const { streamIndex } = german;
    const edit: UploadedSubtitles = {
      ...{ id: 'u', language: 'de', title: '', forced: false, hearingImpaired: false, fileName: '', cues: 1, key: 'k' },
      ...{ addedAtMs: 0, editedFrom: { kind: 'own', streamIndex, language: 'de', translated: true } },
    };
    const edited = planSubtitles({ ...INSPECTION, subtitles: [textTrack(3, 'subrip', 'en')] }, [edit]);
    expect(edited.map(({ name, keptBack }) => [name, keptBack])).toEqual([
      ['de-u0', undefined],
      ['en-0', undefined],
    ]);
    const planned = planTranslations(edited, ['de', 'sv'], [edit]);
    expect(planned.map(({ name, keptBack }) => [name, keptBack])).toEqual([
      ['de-t0', true],
      ['sv-t0', undefined],
    ]);
    expect(names(planSubtitles({ ...INSPECTION, subtitles: [] }, [edit]), ['de', 'sv'], [edit])).toEqual([]);
    // What somebody uploaded is a track of the film.
    const { editedFrom: _, ...upload } = edit;
    expect(names(edited, ['de', 'sv'], [upload])).toEqual(['sv-t0']);
  });

  it('are made when all other tracks have ended', () => {
    const task = (name: string, order: number, translated?: true): Task =>
      taskRow({
        id: name,
        jobId: 'j',
        type: 'video.generate_subtitles',
        piece: name,
        order,
        payload: { rendition: { name, translated } },
      } as unknown as NewTask);
    const head = {
      ...taskRow({
        id: 'head',
        jobId: 'j',
        type: 'video.inspect',
        piece: 'head',
        order: 0,
        payload: {},
      } as unknown as NewTask),
      status: 'done',
      result: { scope: 'head', inspection: INSPECTION },
    } as Task;
    const [first, second, translation] = [task('en-0', 15), task('en-a0', 40), task('de-t0', 45, true)];
    const state = createJobState([head, first, second, translation] as Task[]);
    expect(state.takeReady(10)).toEqual(['en-0', 'en-a0']);
    state.apply({ ...first, status: 'done' } as Task);
    expect(state.takeReady(10)).toEqual([]);
    state.apply({ ...second, status: 'done' } as Task);
    expect(state.takeReady(10)).toEqual(['de-t0']);
  });
});
