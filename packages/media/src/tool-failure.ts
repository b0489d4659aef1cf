import { MarqueeError } from '@marquee/core/errors';

const CUT_OFF = /Stream ends prematurely|Connection (refused|reset|timed out)/;

/** @returns whether a source that is read over the network broke off, whatever the tool thinks of its work */
export function wasCutOff(stderr: string): boolean {
  return CUT_OFF.test(stderr);
}

/** What ffmpeg prints, what it means, and what a person can do; the first match counts. */
const MEANINGS: [
  pattern: RegExp,
  code: 'INPUT_UNREADABLE' | 'INPUT_UNSUPPORTED' | 'DISK_FULL' | 'TOOL_KILLED' | 'OBJECTS_DOWN',
  sentence: string,
][] = [
  [
    /No space left on device|Disk quota exceeded/,
    'DISK_FULL',
    'The disk is full. Free some space and the work goes on by itself.',
  ],
  [
    /Cannot allocate memory|std::bad_alloc|malloc of size \d+ failed/,
    'TOOL_KILLED',
    'The media tool ran out of memory.',
  ],
  [
    /Stream ends prematurely|Connection (refused|reset|timed out)|Server returned 5|Network is unreachable/,
    'OBJECTS_DOWN',
    'The object storage did not answer while the film was read.',
  ],
  [
    /moov atom not found/,
    'INPUT_UNREADABLE',
    'The file has no index (moov): it was cut off, or its recording was never finished. Export it again and upload the new file.',
  ],
  [
    /Format not on whitelist|not in whitelist|Not whitelisted/i,
    'INPUT_UNSUPPORTED',
    'The file is not a film but a playlist, a script or another kind of container that points elsewhere. Upload the film itself (MP4, MOV, MKV, WebM, AVI, MPEG).',
  ],
  [
    /EBML header parsing failed|Invalid data found when processing input|could not find codec parameters|Error opening input/i,
    'INPUT_UNREADABLE',
    'The file cannot be read as a film: it is damaged or of an unknown kind.',
  ],
  [
    /Decoder .* not found|Unknown decoder|no decoder/i,
    'INPUT_UNSUPPORTED',
    'The picture or sound is in a format that this installation cannot decode.',
  ],
];

/** Turns a tool's bad ending into an error whose sentence an admin can act on. */
export function explainFailure(code: number | null, signal: NodeJS.Signals | null, stderr: string): MarqueeError {
  const context = { exitCode: code, signal, stderr: stderr.slice(-2000) };
  // ffmpeg's own word for "I was told to stop": whoever stops this worker stopped its tools as well.
  if (code === 255 || signal === 'SIGTERM' || signal === 'SIGINT') {
    return new MarqueeError('SHUTDOWN', 'The media tool was told to stop. The part is made again.', { context });
  }
  if (signal !== null || code === 137 || code === 139 || code === 134) {
    return new MarqueeError(
      'TOOL_KILLED',
      'The media tool was killed while it worked on this film, most likely for want of memory, or because the file is damaged in a way that crashes it.',
      { context },
    );
  }
  // What a shell, and the guards that we start tools with, answer when there is nothing to start.
  if (code === 126 || code === 127) {
    return new MarqueeError(
      'CONFIG_INVALID',
      'The media tool could not be started. Run "marquee doctor" to see what is missing.',
      { context },
    );
  }
  for (const [pattern, errorCode, sentence] of MEANINGS) {
    if (pattern.test(stderr)) return new MarqueeError(errorCode, sentence, { context });
  }
  return new MarqueeError('INPUT_UNREADABLE', 'The file cannot be decoded: it is damaged or of an unknown kind.', {
    context,
  });
}
