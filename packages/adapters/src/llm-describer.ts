import { createHash } from 'node:crypto';
import {
  atMost,
  cleanText,
  type Describer,
  type FilmWords,
  GENRES,
  partsOf,
  readSuggestions,
  spokenText,
  spread,
  suggestionsAnswer,
} from '@marquee/core/description';
import { MarqueeError } from '@marquee/core/errors';
import { z } from 'zod';
import { type Llm, type Question, sizeOf } from './llm-client.ts';
import { BOUNDARY, FRAME_CHARACTERS, framed, languageName } from './llm-framing.ts';

/** Parts of a long film that are read, at most; of more, so many spread over all of it. */
const MOST_PARTS = 24;
/** Notes are kept for when a limit breaks a film off in its middle: it goes on where it was. */
const KEPT_NOTES = 240;
const LONGEST_TITLE = 200;

const notesAnswer = z.object({ notes: z.string() });

/**
 * Describes films by a language model. What does not fit into one request is read part by part; the model notes what
 * happens in each, and describes the film by its notes.
 */
export function createLlmDescriber(llm: Llm): Describer {
  const notes = new Map<string, string>();

  async function noteOf(film: FilmWords, part: string, signal: AbortSignal): Promise<string> {
    const key = createHash('sha256').update(part).digest('base64');
    const kept = notes.get(key);
    if (kept !== undefined) return kept;
    const answer = await llm.ask(notesQuestion(), shown(film, part), signal);
    const note = cleanText(answer.notes).replace(/["\\]/g, "'");
    if (notes.size >= KEPT_NOTES) notes.delete(notes.keys().next().value as string);
    notes.set(key, note);
    return note;
  }

  return {
    async describe(film, { signal, onProgress }) {
      const lines = film.cues.map(spokenText).filter((line) => line !== '');
      const question = describeQuestion(film.language);
      const room = roomFor(llm, question);
      const inOne = partsOf(lines, room, sizeOf);
      if (inOne.length <= 1) {
        const answer = await llm.ask(question, shown(film, inOne[0] ?? ''), signal);
        return { suggestions: readSuggestions(answer), by: llm.name, partsRead: 1, parts: 1 };
      }
      const all = partsOf(lines, roomFor(llm, notesQuestion()), sizeOf);
      const parts = spread(all, MOST_PARTS);
      const longest = Math.floor(room / parts.length) - 1;
      const noted: string[] = [];
      for (const part of parts) {
        noted.push(atMost(await noteOf(film, part, signal), longest));
        onProgress?.(noted.length / (parts.length + 1));
      }
      const answer = await llm.ask(question, shown(film, noted.join('\n')), signal);
      return { suggestions: readSuggestions(answer), by: llm.name, partsRead: parts.length, parts: all.length };
    },
  };
}

function roomFor(llm: Llm, question: Question<unknown>): number {
  const room = llm.room(question) - FRAME_CHARACTERS - LONGEST_TITLE;
  if (room < 500)
    throw new MarqueeError('CONFIG_INVALID', 'LLM_MAX_INPUT_CHARS leaves no room for a film’s words. Raise it.');
  return room;
}

function shown(film: FilmWords, words: string): string {
  const title = atMost(cleanText(film.title).replace(/["\\]/g, "'"), LONGEST_TITLE);
  return `The film is called as yet: ${title}\n${framed(words)}`;
}

function describeQuestion(language: string | null): Question<z.infer<typeof suggestionsAnswer>> {
  return {
    answer: suggestionsAnswer,
    instructions: `You write for the pages of a movie site. You are shown what is said in one film, or notes on it.
${BOUNDARY}
Answer with one JSON object and nothing around it:
{"title": "...", "logline": "...", "synopsis": "...", "genres": ["..."]}
title: a title for the film, at most 60 characters; "" if the words carry none.
logline: one sentence that says what it is about, at most 150 characters.
synopsis: two to five sentences in the present tense, at most 900 characters. Say nothing that the words do not show, and do not give the end away.
genres: one to three of: ${GENRES.join(', ')}.
All are plain text without markup or addresses. Write in ${languageName(language) ?? 'the language of the words'}; genres are written as above.`,
  };
}

function notesQuestion(): Question<z.infer<typeof notesAnswer>> {
  return {
    answer: notesAnswer,
    instructions: `You read a film part by part, to describe it later. You are shown what is said in one part.
${BOUNDARY}
Answer with one JSON object and nothing around it:
{"notes": "..."}
notes: who is there, what happens and what it is about, in at most 300 characters of plain English.`,
  };
}
