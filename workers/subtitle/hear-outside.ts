import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpeechProviderConfig } from '@marquee/core/config-providers';
import type { Cue } from '@marquee/core/cues';
import { MarqueeError } from '@marquee/core/errors';
import { heardParts, speechBitrate } from '@marquee/core/recogniser';
import { type Heard, speechCues } from '@marquee/core/speech-cues';
import { type SpeechWindow, soundOf } from '@marquee/core/speech-windows';
import { PART_FILE, SPEECH_FILE, speechPartArgs } from '@marquee/media/speech';
import type { TaskContext } from '../runtime/handler.ts';
import { BYTES_A_MS, type ListeningOptions, NOBODY_SPEAKS, voiceWindows } from './speech.ts';

type Context = Pick<TaskContext<'video.generate_subtitles'>, 'tools' | 'recogniser' | 'config' | 'task' | 'signal'>;

/** Looking for voices is the shorter part. */
const LISTENING_SHARE = 0.2;

/**
 * Has a service outside hear what is said in a sound. It is sent no more than the stretches in which somebody speaks.
 *
 * @param cwd where the sound stands as `speechArgs` left it
 * @returns cues, or a sentence that says why there are none
 * @throws MarqueeError as a `Recogniser` does; MODELS_DOWN if what finds voices is not there and cannot be fetched
 */
export async function hearOutside(context: Context, cwd: string, options: ListeningOptions): Promise<Cue[] | string> {
  const { speechProvider } = context.config;
  if (context.recogniser === null || speechProvider === null)
    return 'This worker knows no service that hears: it needs the SPEECH variables of the orchestrator.';
  const { onProgress } = options;
  const windows = await voiceWindows(join(cwd, SPEECH_FILE), {
    ...options,
    onProgress: (share) => onProgress?.(share * LISTENING_SHARE),
  });
  if (windows.length === 0) return NOBODY_SPEAKS;
  return transcribeWindows(context, cwd, windows, (share) =>
    onProgress?.(LISTENING_SHARE + share * (1 - LISTENING_SHARE)),
  );
}

/** The part after somebody was found to speak. */
export async function transcribeWindows(
  context: Context,
  cwd: string,
  windows: readonly SpeechWindow[],
  onProgress: (share: number) => void = () => undefined,
): Promise<Cue[] | string> {
  const { speechProvider } = context.config as { speechProvider: SpeechProviderConfig };
  const { size } = await stat(join(cwd, SPEECH_FILE));
  const soundMs = size / BYTES_A_MS;
  const sounds = windows.map((_, i) => soundOf(windows, i, { fromMs: 0, toMs: soundMs }));
  const sentMs = sounds.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  if (sentMs > speechProvider.maxMs) {
    const [minutes, most] = [Math.ceil(sentMs / 60_000), Math.floor(speechProvider.maxMs / 60_000)];
    return `People speak for ${minutes} minutes, and ${most} may be sent. Raise SPEECH_MAX_MINUTES, and make this part again.`;
  }
  const heard: Heard[] = [];
  for (const [i, window] of windows.entries()) {
    heard.push(...(await transcribe(context, cwd, window, sounds[i] as { fromMs: number; toMs: number })));
    onProgress((i + 1) / windows.length);
  }
  const cues = speechCues(
    heard.filter(({ text }) => text !== ''),
    soundMs,
  );
  return cues.length > 0 ? cues : 'Nothing that is said could be understood.';
}

async function transcribe(
  { tools, recogniser, config, task, signal }: Context,
  cwd: string,
  window: SpeechWindow,
  sound: { fromMs: number; toMs: number },
): Promise<Heard[]> {
  const { maxBytes } = config.speechProvider as SpeechProviderConfig;
  const bitrateBps = speechBitrate(sound.toMs - sound.fromMs, maxBytes);
  if (bitrateBps === null)
    throw new MarqueeError('CONFIG_INVALID', 'SPEECH_MAX_BYTES leaves no room for what is said at once. Raise it.');
  await tools.ffmpeg(speechPartArgs(sound, bitrateBps), { signal, cwd, isPatient: true });
  const bytes = new Uint8Array(await readFile(join(cwd, PART_FILE)));
  const { language } = task.payload.rendition;
  const said = await recogniser?.transcribe(bytes, { language: language === 'und' ? null : language, signal });
  return said ? heardParts(window, sound.fromMs, said) : [];
}
