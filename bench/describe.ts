import { createLanguageModel } from '@marquee/adapters/llm';
import { type Cue, PLAIN } from '@marquee/core/cues';
import type { FilmWords } from '@marquee/core/description';
import { describeByOwnWords } from '@marquee/core/own-words';
import type { Logger } from '@marquee/core/ports';
import { startLlmStub } from '../scripts/llm-stub.ts';

/**
 * `npm run bench:describe`: what a language model is sent for 200 kB of invented speech, by LLM_MAX_INPUT_CHARS, and how
 * long the film's own words take. The model is the stand-in, so that times are Marquee's own.
 */
const BYTES = 200_000;
const SEED = 7;
const LOG: Logger = { debug() {}, info() {}, warn() {}, error() {} };
const WORDS =
  'sea rock keeper boat letter winter storm light lamp oil stair door window father mother child night morning bread rope sail harbour island gull wind rain cloud star stone glass hand voice name year day house'.split(
    ' ',
  );

const film = invent();
const lines = film.cues.map((cue) => cue.runs[0]?.text ?? '');
const stub = await startLlmStub();
const open = (maxInputChars: number) =>
  createLanguageModel({
    baseUrl: stub.url,
    model: 'repeater',
    apiKey: stub.apiKey,
    maxInputChars,
    timeoutMs: 60_000,
    log: LOG,
  });
const signal = new AbortController().signal;

async function measured(what: string, run: () => Promise<string>): Promise<void> {
  const before = stub.requests().length;
  const cpu = process.cpuUsage();
  const more = await run();
  const { user, system } = process.cpuUsage(cpu);
  const sizes = stub
    .requests()
    .slice(before)
    .map(({ characters }) => characters);
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  process.stdout.write(
    `${what}: ${sizes.length} requests, the largest of ${Math.max(0, ...sizes)} characters, ${whole} in all; ${more}${Math.round((user + system) / 1000)} ms of processor time\n`,
  );
}

try {
  for (const most of [4000, 6000, 12_000, 24_000, 120_000, 240_000]) {
    await measured(`described, at most ${most}`, async () => {
      const { partsRead, parts } = await open(most).describe(film, { signal });
      return `${partsRead} of ${parts} parts read; `;
    });
  }
  await measured('1500 lines translated, at most 12000', async () => {
    await open(12_000).translate(lines.slice(0, 1500), { from: 'en', to: 'de', signal });
    return '';
  });
  for (const count of [300, 1500, lines.length]) {
    await measured(`${count} lines described by their own words`, async () => {
      describeByOwnWords({ ...film, cues: film.cues.slice(0, count) });
      return '';
    });
  }
} finally {
  await stub.close();
}

function invent(): FilmWords {
  let state = SEED;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const cues: Cue[] = [];
  for (let size = 0; size < BYTES; ) {
    const count = 5 + Math.floor(random() * 8);
    const text = `The ${Array.from({ length: count }, () => WORDS[Math.floor(random() * WORDS.length)]).join(' ')}.`;
    const startMs = cues.length * 1800;
    cues.push({ startMs, endMs: startMs + 1700, isTop: false, runs: [{ ...PLAIN, text }] });
    size += text.length + 1;
  }
  return { cues, language: 'en', title: 'Invented', durationSec: cues.length * 1.8 };
}
