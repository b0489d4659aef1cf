import type { TaskType } from '@marquee/core/messages';
import type { TaskView } from './job-view.ts';

const ANALYSES: Record<string, string | undefined> = {
  shots: 'Shots, scenes and loudness',
  skips: 'Opening titles and credits',
  describe: 'Suggestions for its page',
};

const PIECES: Record<TaskType, (piece: string) => string> = {
  'video.inspect': (piece) => (piece === 'head' ? 'Reading the head of the file' : 'Reading every packet'),
  'video.transcode': (piece) => `Picture, part ${Number(piece) + 1}`,
  'video.encode_audio': (piece) => {
    const [name, window] = piece.split(':');
    return `Sound ${name}, part ${Number(window) + 1}`;
  },
  'video.generate_thumbnails': (piece) =>
    piece === 'posters' ? 'Stills' : `Storyboard, sheet ${Number(piece.replace('sheet-', '')) + 1}`,
  'video.generate_subtitles': (piece) => (/-d\d+$/.test(piece) ? `Dub ${piece}` : `Subtitles ${piece}`),
  'video.ai_analysis': (piece) => ANALYSES[piece] ?? `Analysis ${piece}`,
  'video.package': (piece) =>
    piece === 'final' ? 'Checking and packaging the whole' : `Playlist of the first ${Number(piece)} parts`,
};

/** What a task does, in words. */
export function taskName(task: Pick<TaskView, 'type' | 'piece'>): string {
  return PIECES[task.type](task.piece);
}
