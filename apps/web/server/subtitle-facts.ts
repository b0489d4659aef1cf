import { taskId } from '@marquee/core/ids';
import type { MediaProcessingJob, Task } from '@marquee/core/job';
import { editOf, type Movie, type UploadedSubtitles } from '@marquee/core/movie';
import type { SubtitleRendition } from '@marquee/core/plan';
import { subtitleName } from '@marquee/core/subtitle-name';
import { container } from './container.ts';

/** A subtitle track as a player opens it. */
export interface SubtitleFacts {
  /** The same as long as it is the same track. */
  id: string;
  label: string;
  /** BCP 47; empty where nobody knows. */
  language: string;
  /** Captions tell what is heard besides speech. */
  kind: 'subtitles' | 'captions';
  isDefault: boolean;
  /** Of the whole track as WebVTT; signed, and expires with the stream's. */
  url: string;
}

/** What the edit page says of subtitles. */
export interface SubtitleDesk {
  /** What the version that plays brought along, without what people made another track of. */
  own: {
    name: string;
    label: string;
    cues: number;
    leftOut: string | null;
    madeBy: 'people' | 'hearing' | 'reading' | 'translating';
  }[];
  /** With `hasOriginal` for what stands in the place of a track of that version, which is back when it is removed. */
  uploaded: (UploadedSubtitles & { label: string; hasOriginal: boolean })[];
}

/** A track with what became of it; null while it is being made. */
export interface OwnTrack extends SubtitleRendition {
  result: Task<'video.generate_subtitles'>['result'];
}

/** @returns the tracks that a viewer can choose from: what people uploaded, and what the film brought along */
export async function subtitleFacts(
  movie: Movie,
  job: MediaProcessingJob,
  stream: { baseUrl: string; reader: string | null; expiresSec: number },
): Promise<SubtitleFacts[]> {
  const { signFolder } = await container();
  const ofVersion = await ownTracks(job);
  // What was edited since the version was made is in it as it was.
  const own = ofVersion.filter((track) => track.result?.leftOut === null && !editOf(movie.subtitles, track));
  const folder = uploadFolder(movie);
  const uploadUrl = movie.subtitles.length > 0 ? await signFolder(folder, stream.expiresSec, stream.reader) : '';
  const all = [
    ...movie.subtitles.map((track) => ({
      ...track,
      // An edit has new words under its own name: players are to fetch it anew.
      id: track.key.slice(folder.length),
      isDefault: ofVersion.some((each) => each.default && editOf([track], each) !== undefined),
      url: `${uploadUrl}${track.key.slice(folder.length)}`,
    })),
    ...own.map((track) => ({
      ...track,
      id: track.name,
      isDefault: track.default,
      url: `${stream.baseUrl}subtitles/${track.name}/track.vtt`,
    })),
    // Whoever prefers a language wants all that is said in it: forced tracks come after the whole ones.
  ].sort((a, b) => Number(a.forced) - Number(b.forced));
  return all.map((track) => ({
    id: track.id,
    label: subtitleName(track, all),
    language: track.language === 'und' ? '' : track.language,
    kind: track.hearingImpaired ? 'captions' : 'subtitles',
    isDefault: track.isDefault,
    url: track.url,
  }));
}

/** @param ready the version that plays, null while there is none */
export async function subtitleDesk(movie: Movie, ready: MediaProcessingJob | null): Promise<SubtitleDesk> {
  const ofVersion = ready ? await ownTracks(ready) : [];
  const own = ofVersion.filter((track) => !editOf(movie.subtitles, track));
  return {
    own: own.map((track) => ({
      name: track.name,
      label: subtitleName(track, own),
      cues: track.result?.cues ?? 0,
      leftOut: track.result?.leftOut ?? null,
      madeBy: makerOf(track),
    })),
    uploaded: movie.subtitles.map((track) => ({
      ...track,
      label: subtitleName(track, movie.subtitles),
      hasOriginal: ofVersion.some((each) => each.result?.leftOut === null && editOf([track], each) !== undefined),
    })),
  };
}

function makerOf({ automatic, ocr, translated }: SubtitleRendition): SubtitleDesk['own'][number]['madeBy'] {
  if (translated) return 'translating';
  if (automatic !== undefined) return 'hearing';
  return ocr === undefined ? 'people' : 'reading';
}

/** Where what people upload for a film is kept; ends in a slash. */
export function uploadFolder(movie: Pick<Movie, 'id'>): string {
  return `media/${movie.id}/subtitles/`;
}

/** What a version brought along. */
export async function ownTracks(job: MediaProcessingJob): Promise<OwnTrack[]> {
  // What was uploaded is shown as it stands now, not as it stood when the version was made.
  const renditions = (job.plan?.subtitles ?? []).filter(({ uploadKey }) => uploadKey === undefined);
  if (renditions.length === 0) return [];
  const { engines } = await container();
  const ids = renditions.map(({ name }) => taskId(job.id, 'generate_subtitles', name));
  const rows = await engines.store.tasks.getMany(ids);
  const results = new Map(rows.map((row) => [row.id, (row as Task<'video.generate_subtitles'>).result]));
  return renditions.map((rendition, i) => ({
    ...rendition,
    result: results.get(ids[i] as (typeof ids)[number]) ?? null,
  }));
}
