import { createHash } from 'node:crypto';
import { cueOf, type Draft, draftOf, type EditedCue } from '@marquee/core/cue-edit';
import { MAX_CUE_CHARACTERS, mendCues, plainText } from '@marquee/core/cues';
import { isMarqueeError } from '@marquee/core/errors';
import { type MovieId, newId, type UploadId } from '@marquee/core/ids';
import { type EditedFrom, editOf, type Movie, type UploadedSubtitles } from '@marquee/core/movie';
import { MAX_CUES, readSubtitles } from '@marquee/core/subtitle-files';
import { subtitleName } from '@marquee/core/subtitle-name';
import { writeVtt } from '@marquee/core/webvtt';
import { z } from 'zod';
import { filmTarget } from './audit-targets.ts';
import { container } from './container.ts';
import { audit } from './current-user.ts';
import { changeMovie } from './film-edit.ts';
import { readBody } from './read-body.ts';
import { HttpError } from './require-admin.ts';
import { type OwnTrack, ownTracks, uploadFolder } from './subtitle-facts.ts';
import { indexWords, MAX_TRACKS, nameOf, removeObjects } from './subtitles.ts';

/** `MAX_CUES` cues of ordinary length, as JSON. */
const MAX_BYTES = 16 * 1000 ** 2;
/** Times in a draft may lie outside of the film, since all cues can be moved; no film is longer than this. */
const MAX_TIME_MS = 100 * 3600 * 1000;
const CLASHES = 20;

const timeMs = z.int().min(-MAX_TIME_MS).max(MAX_TIME_MS);
const sentTrack = z.object({
  basis: z.string().max(64),
  cues: z
    .array(
      z.object({
        startMs: timeMs,
        endMs: timeMs,
        isTop: z.boolean(),
        // Tags take room beside the words, which are counted on their own.
        text: z.string().max(MAX_CUE_CHARACTERS * 4),
      }),
    )
    .max(MAX_CUES),
});

/** A track as the editor opens it. */
export interface TrackDesk {
  film: { id: MovieId; title: string; durationMs: number | null };
  track: {
    /** What it is asked for by. */
    name: string;
    label: string;
    /** BCP 47; empty where nobody knows. */
    language: string;
    /** Null for what was made of a track that the version which plays does not have any more. */
    origin: 'file' | 'heard' | 'read' | 'translated' | 'upload' | null;
    isEdited: boolean;
    /** Whether there is anything to go back to from an edit. */
    hasOriginal: boolean;
  };
  /** Says which words an edit began with. */
  revision: string;
  draft: Draft;
}

export type TrackSaved = { revision: string; cues: readonly EditedCue[] };

/** A text track of a film as it stands now. */
interface Standing {
  movie: Movie;
  /** Set where people uploaded or edited it. */
  row: UploadedSubtitles | null;
  /** Set where the version that plays brought it along. */
  own: OwnTrack | null;
  label: string;
  text: string;
}

/** @returns null if the film has no such track that could be edited */
export async function subtitleEditDesk(id: MovieId, name: string): Promise<TrackDesk | null> {
  const standing = await standingTrack(id, name);
  if (!standing) return null;
  const { movie, row, own, label, text } = standing;
  const { language } = (row ?? own) as UploadedSubtitles | OwnTrack;
  const isOwn = row === null || row.editedFrom?.kind === 'own';
  return {
    film: { id, title: movie.title, durationMs: filmMsOf(movie) },
    track: {
      name,
      label,
      language: language === 'und' ? '' : language,
      origin: isOwn ? originOf(own) : 'upload',
      isEdited: row?.editedFrom !== undefined,
      hasOriginal: !isOwn || own?.result?.leftOut === null,
    },
    revision: revisionOf(text),
    draft: draftOf(readSubtitles(text, 'vtt')),
  };
}

/**
 * Stores an edited track in the place of what it was made from, which is kept: `basis` is the revision that the edit
 * began with.
 *
 * @returns what was stored, or with `isClash` what somebody else stored meanwhile: then nothing of this was
 * @throws HttpError 400, 404 or 413 with a sentence
 */
export async function saveTrack(
  id: MovieId,
  name: string,
  request: Request,
): Promise<TrackSaved & { isClash: boolean }> {
  const { basis, cues: sent } = await readSent(request);
  for (let i = 0; i < CLASHES; i++) {
    const standing = await standingTrack(id, name);
    if (!standing) throw noTrack();
    const { movie, row, own } = standing;
    if (revisionOf(standing.text) !== basis) return { isClash: true, ...storedAs(standing.text) };
    const cues = mendCues(sent.map(cueOf), { zeroMs: 0, filmMs: filmMsOf(movie) });
    if (cues.length === 0)
      throw new HttpError(
        400,
        'No cue has words within the film. To do without the track, remove it on the film’s page.',
      );
    const text = writeVtt(cues);
    const edit = editedRow(standing, cues.length);
    const { engines } = await container();
    await engines.objects.put(edit.key, Buffer.from(text), { contentType: 'text/vtt' });
    let isBeaten = false;
    await changeMovie(id, (now) => {
      const present = (own && editOf(now.subtitles, own)) ?? now.subtitles.find((each) => each.id === row?.id);
      isBeaten = present?.key !== row?.key;
      if (isBeaten) return {};
      if (!row && now.subtitles.length >= MAX_TRACKS)
        throw new HttpError(400, `A film may have ${MAX_TRACKS} subtitle files. Remove one first.`);
      const rows = row ? now.subtitles.map((each) => (each.id === row.id ? edit : each)) : [...now.subtitles, edit];
      return { subtitles: rows };
    });
    if (isBeaten) {
      await removeObjects(id, [edit.key]);
      continue;
    }
    // What an upload was before its first edit is what one goes back to.
    if (row?.editedFrom) await removeObjects(id, [row.key]);
    await indexWords(id);
    await audit('film.subtitles_changed', await filmTarget(engines.store, id), `${nameOf(edit)} edited`);
    return { isClash: false, ...storedAs(text) };
  }
  throw new HttpError(503, 'The track is being changed by others all the time. Try again.');
}

/** Puts the original back in its place. @throws HttpError 404 if the track is gone, or nobody edited it */
export async function takeEditBack(id: MovieId, name: string): Promise<void> {
  const standing = await standingTrack(id, name);
  const rowId = standing?.row?.id;
  let edit: UploadedSubtitles | undefined;
  await changeMovie(id, ({ subtitles }) => {
    edit = subtitles.find((each) => each.id === rowId);
    const from = edit?.editedFrom;
    if (!edit || !from) throw noTrack();
    if (from.kind === 'own') return { subtitles: subtitles.filter((each) => each !== edit) };
    const { editedFrom: _, ...upload } = { ...edit, key: from.key, cues: from.cues };
    return { subtitles: subtitles.map((each) => (each === edit ? upload : each)) };
  });
  if (!edit) return;
  await removeObjects(id, [edit.key]);
  await indexWords(id);
  const { engines } = await container();
  await audit('film.subtitles_changed', await filmTarget(engines.store, id), `${nameOf(edit)} as it was at first`);
}

async function standingTrack(id: MovieId, name: string): Promise<Standing | null> {
  // What is replaced between two looks is gone at the second.
  return readTrack(id, name).catch((thrown: unknown) => {
    if (isMarqueeError(thrown) && thrown.code === 'OBJECT_MISSING') return readTrack(id, name);
    throw thrown;
  });
}

async function readTrack(id: MovieId, name: string): Promise<Standing | null> {
  const { engines } = await container();
  const movie = await engines.store.movies.get(id);
  if (!movie) return null;
  const job = movie.readyJobId === null ? null : await engines.store.jobs.get(movie.readyJobId);
  const tracks = job ? await ownTracks(job) : [];
  const named = movie.subtitles.find((each) => each.id === name);
  const own = tracks.find((each) => (named ? editOf([named], each) : each.name === name)) ?? null;
  const row = named ?? (own && editOf(movie.subtitles, own)) ?? null;
  if (!row && own?.result?.leftOut !== null) return null;
  const key = row?.key ?? `${job?.outputPrefix}subtitles/${own?.name}/track.vtt`;
  const label = row ? subtitleName(row, movie.subtitles) : subtitleName(own as OwnTrack, tracks);
  const parts: Uint8Array[] = [];
  for await (const part of (await engines.objects.get(key)).body) parts.push(part);
  return { movie, row, own, label, text: Buffer.concat(parts).toString('utf8') };
}

/** The track as it will stand; an edit of an edit goes back to the same original. */
function editedRow({ movie, row, own }: Standing, cues: number): UploadedSubtitles {
  const source = (row ?? own) as UploadedSubtitles | OwnTrack;
  const { language, title, forced, hearingImpaired } = source;
  const editedFrom: EditedFrom =
    row?.editedFrom ??
    (row
      ? { kind: 'upload', key: row.key, cues: row.cues }
      : {
          kind: 'own',
          streamIndex: (own as OwnTrack).streamIndex,
          language,
          ...(own?.translated ? { translated: true } : {}),
        });
  return {
    id: row?.id ?? newId<UploadId>(),
    ...{ language, title, forced, hearingImpaired, cues, editedFrom },
    fileName: row?.fileName ?? '',
    key: `${uploadFolder(movie)}${newId<UploadId>()}.vtt`,
    addedAtMs: Date.now(),
  };
}

async function readSent(request: Request): Promise<z.infer<typeof sentTrack>> {
  const bytes = await readBody(request, MAX_BYTES, `An edited track may have ${MAX_BYTES / 1000 ** 2} MB at most.`);
  let sent: unknown;
  try {
    sent = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new HttpError(400, 'The request is not JSON.');
  }
  const read = sentTrack.safeParse(sent);
  if (!read.success) {
    const [issue] = read.error.issues;
    const at =
      issue?.path[0] === 'cues' && typeof issue.path[1] === 'number' ? `Cue ${issue.path[1] + 1}` : 'The track';
    throw new HttpError(400, `${at} is not accepted (${issue?.message}).`);
  }
  read.data.cues.forEach((cue, i) => {
    const { length } = plainText(cueOf(cue));
    if (length > MAX_CUE_CHARACTERS)
      throw new HttpError(400, `Cue ${i + 1} has ${length} characters; ${MAX_CUE_CHARACTERS} are the most.`);
  });
  return read.data;
}

function storedAs(text: string): TrackSaved {
  return { revision: revisionOf(text), cues: draftOf(readSubtitles(text, 'vtt')).cues };
}

function revisionOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

function originOf(own: OwnTrack | null): TrackDesk['track']['origin'] {
  if (!own) return null;
  if (own.translated) return 'translated';
  if (own.automatic !== undefined) return 'heard';
  return own.ocr === undefined ? 'file' : 'read';
}

function filmMsOf({ durationSec }: Movie): number | null {
  return durationSec === null ? null : Math.ceil(durationSec * 1000);
}

function noTrack(): HttpError {
  return new HttpError(404, 'The film has no such subtitles any more.');
}
