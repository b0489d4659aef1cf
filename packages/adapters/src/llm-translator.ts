import { createHash } from 'node:crypto';
import { atMost } from '@marquee/core/description';
import { MarqueeError } from '@marquee/core/errors';
import { hasLetters, readTranslation, type Translator } from '@marquee/core/translation';
import { z } from 'zod';
import { type Llm, type Question, sizeOf } from './llm-client.ts';
import { BOUNDARY, FRAME_CHARACTERS, framed, languageName } from './llm-framing.ts';

/** Lines of one request: models lose count of more. */
const BATCH = 30;
/** Lines that are shown before them, so that a sentence that goes on is understood. */
const BEFORE = 4;
const LONGEST_BEFORE = 100;
/** Lines of a request for those that did not come back. */
const SMALL_BATCH = 8;
/** Rounds in which what did not come back is asked for again. */
const ROUNDS = 3;
/** Requests whose lines are kept for when a limit breaks a film off in its middle. */
const KEPT = 400;

const answer = z.object({ lines: z.array(z.object({ n: z.number(), text: z.string() })) });

/**
 * Translates subtitles by a language model, some lines at a time with those before them. Each line has a number; what
 * comes back without one, or under a number that was not asked for, or cannot be a translation by its length, counts as
 * missing. Missing lines are asked for again together with their neighbours, into which they mostly went.
 */
export function createLlmTranslator(llm: Llm): Translator {
  const kept = new Map<string, Map<number, string>>();

  async function ask(question: Question<z.infer<typeof answer>>, text: string, signal: AbortSignal) {
    const { lines } = await llm.ask(question, framed(text), signal);
    return new Map(lines.map(({ n, text: line }) => [n, line]));
  }

  function keep(key: string, found: Map<number, string>): void {
    if (kept.size >= KEPT) kept.delete(kept.keys().next().value as string);
    kept.set(key, found);
  }

  return {
    async translate(lines, { from, to, signal, onProgress }) {
      const question = questionOf(from, to);
      const room = llm.room(question) - FRAME_CHARACTERS;
      const translated = lines.map((line) => (hasLetters(line) ? null : line));
      for (let round = 0; round < ROUNDS; round++) {
        const missing = indexesOf(translated);
        if (missing.length === 0) break;
        const wanted = round === 0 ? missing : withNeighbours(missing, lines);
        for (const batch of batchesOf(wanted, lines, { room, most: round === 0 ? BATCH : SMALL_BATCH })) {
          const text = textOf(batch, lines);
          const key = createHash('sha256').update(question.instructions).update(text).digest('base64');
          const found = kept.get(key) ?? (await ask(question, text, signal));
          const read = batch.map((i) => readTranslation(lines[i] ?? '', found.get(i + 1) ?? ''));
          batch.forEach((i, at) => {
            // A neighbour that stands already is not lost to an answer without it.
            translated[i] = read[at] ?? translated[i] ?? null;
          });
          if (read.every((line) => line !== null)) keep(key, found);
          onProgress?.(1 - indexesOf(translated).length / lines.length);
        }
      }
      const missing = indexesOf(translated).length;
      if (missing > 0) {
        const said = missing === 1 ? '1 of them' : `${missing} of them`;
        throw new MarqueeError('OUTPUT_INVALID', `${llm.name} did not translate all lines: ${said} did not come back.`);
      }
      return translated.filter((line) => line !== null);
    },
  };
}

function indexesOf(translated: readonly (string | null)[]): number[] {
  return translated.flatMap((line, i) => (line === null ? [i] : []));
}

function withNeighbours(missing: readonly number[], lines: readonly string[]): number[] {
  const wanted = new Set(missing.flatMap((i) => [i - 1, i, i + 1]));
  return [...wanted].filter((i) => i >= 0 && i < lines.length && hasLetters(lines[i] ?? '')).sort((a, b) => a - b);
}

function batchesOf(
  wanted: readonly number[],
  lines: readonly string[],
  { room, most }: { room: number; most: number },
): number[][] {
  const batches: number[][] = [];
  for (const i of wanted) {
    const batch = batches.at(-1);
    const grown = batch ? [...batch, i] : [i];
    if (batch && grown.length <= most && sizeOf(textOf(grown, lines)) <= room) batch.push(i);
    else if (sizeOf(textOf([i], lines)) <= room) batches.push([i]);
    else throw new MarqueeError('CONFIG_INVALID', 'LLM_MAX_INPUT_CHARS leaves no room for a film’s words. Raise it.');
  }
  return batches;
}

/** A line of figures, a tab and words for each; those before have no number. */
function textOf(batch: readonly number[], lines: readonly string[]): string {
  const first = batch[0] ?? 0;
  const before = lines.slice(Math.max(0, first - BEFORE), first).map((line) => `-\t${atMost(line, LONGEST_BEFORE)}`);
  return [...before, ...batch.map((i) => `${i + 1}\t${lines[i]}`)].join('\n');
}

function questionOf(from: string | null, to: string): Question<z.infer<typeof answer>> {
  const source = languageName(from);
  return {
    answer,
    instructions: `You translate the subtitles of a film${source ? ` from ${source}` : ''} into ${languageName(to) ?? to}.
${BOUNDARY}
Each line is a number, a tab and what stands on the screen at one time. Lines with a dash for a number come before them, are there to be understood, and are not translated.
Answer with one JSON object and nothing around it, with one entry for each number and in their order:
{"lines": [{"n": 1, "text": "..."}]}
Never join two lines or share one out over two: a sentence that goes on in the next line goes on there in the translation, too. Keep each about as long as it is, as it has to be read in the same time; keep dashes before what different people say, brackets around sounds, and names. No markup.`,
  };
}
