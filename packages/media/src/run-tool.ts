import { execFile, spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { setPriority } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Config } from '@marquee/core/config';
import { MarqueeError } from '@marquee/core/errors';
import type { ToolInput } from '@marquee/core/ports';
import { explainFailure, wasCutOff } from './tool-failure.ts';

/** Options of one run of ffmpeg or ffprobe. */
export interface ToolOptions {
  /** Aborting kills the tool at once; the promise then rejects with the signal's reason. */
  signal: AbortSignal;
  /** Working directory; relative output names in `args` land here. */
  cwd: string;
  /** Media seconds that the run will produce; lets `onProgress` report a share in `[0, 1]`. */
  durationSec?: number;
  onProgress?: (share: number) => void;
  /** True for work that nobody waits for yet: it gets what others leave of the processor. Default false. */
  isPatient?: boolean;
  /**
   * True where the caller sees by the output itself that none of it is missing. A source whose line broke and was taken
   * up again is then no failure. Default false.
   */
  isCounted?: boolean;
}

export interface ToolOutput {
  stdout: Buffer;
  /** The last lines that the tool printed as diagnostics. */
  stderr: string;
  /** True if the line to the source broke on the way (with `isCounted` alone): what is missing is the storage's fault. */
  brokeOff: boolean;
}

/** The only way to ffmpeg and ffprobe. Failures are MarqueeErrors whose code says whose fault it is. */
export interface Tools {
  ffmpeg(args: string[], options: ToolOptions): Promise<ToolOutput>;
  ffprobe(args: string[], options: ToolOptions): Promise<ToolOutput>;
  /** @returns whether this build of ffmpeg has a filter; asked of the tool once, when it is set up. */
  hasFilter(name: string): Promise<boolean>;
  /** @returns whether it can write a format; asked of the tool once, when somebody wants to know. */
  hasMuxer(name: string): Promise<boolean>;
}

/** What the tools may cost and where they are. */
export type ToolSettings = Pick<Config, 'ffmpegPath' | 'ffprobePath' | 'tools'>;

/** About a tenth of an ordinary process's share while both want the processor. */
const PATIENT_NICENESS = 10;
const MAX_STDOUT_BYTES = 256 * 1024 ** 2;
const KEPT_STDERR_BYTES = 16 * 1024;

/**
 * Demuxers that read one file and nothing else. Playlists, concat scripts, image sequences, device and
 * network inputs are not among them, so that an upload cannot make a worker open anything but itself.
 */
const FILE_DEMUXERS = [
  'mov,mp4,m4a,3gp,3g2,mj2',
  'matroska,webm',
  'mpegts',
  'mpeg',
  'mpegvideo',
  'avi',
  'flv',
  'live_flv',
  'ogg',
  'asf',
  'mxf',
  'h264',
  'hevc',
  'ivf',
  'nut',
  'wav',
  'mp3',
  'flac',
  'aac',
  'ac3',
].join(',');

/** For an input over the network: a line that breaks is taken up again where it broke, after 0, 1, 3, 7 and 15 seconds. */
const NETWORK_ARGS = [
  ['-reconnect', '1'],
  ['-reconnect_on_network_error', '1'],
  ['-reconnect_on_http_error', '5xx'],
  ['-reconnect_delay_max', '16'],
  // Microseconds without a byte.
  ['-rw_timeout', '10000000'],
].flat();

/** Arguments that open an input as a plain file, with nothing but the protocols that it needs. */
export function inputArgs(input: ToolInput): string[] {
  const network = /^https?:/.test(input.url) ? NETWORK_ARGS : [];
  return [
    ...network,
    '-protocol_whitelist',
    input.protocols.join(','),
    '-format_whitelist',
    FILE_DEMUXERS,
    '-i',
    input.url,
  ];
}

/** Finds the tools' guards and returns the runner. Call it once per process: it asks ffmpeg what it can do. */
export function createTools(settings: ToolSettings): Tools {
  const guard = guardArgs(settings.tools.memoryBytes);
  const run = (binary: string, leading: string[]) => (args: string[], options: ToolOptions) =>
    runTool([...guard, binary, ...leading, ...args], settings.tools.stallMs, options);
  const filters = listFilters(settings.ffmpegPath);
  let muxers: Promise<Set<string>> | null = null;
  return {
    hasFilter: async (name) => (await filters).has(name),
    async hasMuxer(name) {
      muxers ??= listMuxers(settings.ffmpegPath);
      return (await muxers).has(name);
    },
    ffmpeg: run(settings.ffmpegPath, [
      '-hide_banner',
      '-nostdin',
      '-y',
      '-v',
      'error',
      '-nostats',
      '-progress',
      'pipe:3',
    ]),
    ffprobe: run(settings.ffprobePath, ['-hide_banner', '-v', 'error']),
  };
}

/**
 * On Linux the tool is put under limits and told to die with its worker (a worker that is killed cannot tell
 * it). Both helpers are part of util-linux; where they are absent the tool runs without.
 */
function guardArgs(memoryBytes: number): string[] {
  if (process.platform !== 'linux') return [];
  const args: string[] = [];
  if (onPath('setpriv')) args.push('setpriv', '--pdeathsig', 'KILL');
  if (onPath('prlimit')) args.push('prlimit', `--as=${memoryBytes}`, '--core=0', '--');
  return args;
}

/** Names of the filters of a build; empty if it cannot be run, which the first real run then reports. */
async function listFilters(ffmpegPath: string): Promise<Set<string>> {
  const text = await askTool(ffmpegPath, ['-hide_banner', '-filters']).catch(() => '');
  return new Set(text.split('\n').flatMap((line) => /^ [T.][S.][C.]? +(\S+) /.exec(line)?.[1] ?? []));
}

/** Names of the formats that a build writes; empty if it cannot be run. */
async function listMuxers(ffmpegPath: string): Promise<Set<string>> {
  const text = await askTool(ffmpegPath, ['-hide_banner', '-muxers']).catch(() => '');
  return new Set(text.split('\n').flatMap((line) => /^ +E +(\S+) /.exec(line)?.[1]?.split(',') ?? []));
}

/**
 * Asks a tool about itself (`-version`, `-filters`), without any film.
 *
 * @returns what it prints
 * @throws Error if it cannot be started, ends badly, or takes longer than 10 s
 */
export function askTool(binary: string, args: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(binary, args, { env: CHILD_ENV, timeout: 10_000, maxBuffer: 4 * 1024 ** 2 }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
  });
}

function onPath(name: string): boolean {
  return SEARCH_PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

// The child's environment is made here and holds nothing else: no secret of ours can reach a media tool.
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin';
const CHILD_ENV = {
  PATH: SEARCH_PATH,
  LC_ALL: 'C',
  // Frame buffers come from the heap instead of a fresh mapping each, which the kernel would have to clear.
  GLIBC_TUNABLES: 'glibc.malloc.mmap_threshold=268435456:glibc.malloc.trim_threshold=1073741824',
};

function runTool(argv: string[], stallMs: number, options: ToolOptions): Promise<ToolOutput> {
  const { signal } = options;
  if (signal.aborted) return Promise.reject(signal.reason);
  const [command, ...args] = argv as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: { ...CHILD_ENV, TMPDIR: options.cwd },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      shell: false,
      // Ctrl-C at a terminal goes to the whole process group: in its own, a tool is ended by its worker alone, who
      // knows that this is no fault of the film's.
      detached: true,
    });
    if (options.isPatient && child.pid !== undefined) lowerPriority(child.pid);
    let stalled = false;
    let tooMuch = false;
    let lastSign = '';
    const kill = () => child.kill('SIGKILL');
    let watchdog = setTimeout(onStall, stallMs);
    function onStall() {
      stalled = true;
      kill();
    }
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(onStall, stallMs);
    };

    const out: Buffer[] = [];
    let outBytes = 0;
    child.stdout?.on('data', (data: Buffer) => {
      alive();
      outBytes += data.length;
      if (outBytes > MAX_STDOUT_BYTES) {
        tooMuch = true;
        kill();
      } else out.push(data);
    });
    let stderr = '';
    child.stderr?.on('data', (data: Buffer) => {
      stderr = (stderr + data.toString('utf8')).slice(-KEPT_STDERR_BYTES);
    });
    let progressText = '';
    (child.stdio[3] as Readable | null)?.on('data', (data: Buffer) => {
      progressText = (progressText + data.toString('utf8')).slice(-4096);
      const sign = progressSign(progressText);
      // Only news counts: a tool that repeats the same numbers is stuck, however busy it looks.
      if (sign.key !== lastSign) alive();
      lastSign = sign.key;
      if (options.durationSec && sign.outSec !== null) {
        options.onProgress?.(Math.min(1, Math.max(0, sign.outSec / options.durationSec)));
      }
    });

    signal.addEventListener('abort', kill, { once: true });
    const settle = (finish: () => void) => {
      clearTimeout(watchdog);
      signal.removeEventListener('abort', kill);
      finish();
    };
    child.once('error', (cause) => settle(() => reject(cannotStart(command, cause))));
    child.once('close', (code, killSignal) =>
      settle(() => {
        if (signal.aborted) return reject(signal.reason);
        if (stalled) {
          const seconds = Math.round(stallMs / 1000);
          return reject(
            new MarqueeError('TOOL_TIMEOUT', `The media tool made no progress for ${seconds} s and was ended.`, {
              context: { stderr },
            }),
          );
        }
        if (tooMuch) {
          return reject(new MarqueeError('INPUT_UNSUPPORTED', 'The file describes more frames than Marquee accepts.'));
        }
        // With a source that broke off for good, ffmpeg is content with what it got.
        const brokeOff = wasCutOff(stderr);
        if (code === 0 && (!brokeOff || options.isCounted))
          return resolve({ stdout: Buffer.concat(out), stderr, brokeOff });
        reject(explainFailure(code, killSignal, stderr));
      }),
    );
  });
}

function lowerPriority(pid: number): void {
  try {
    setPriority(pid, PATIENT_NICENESS);
  } catch {
    // It has ended already, or the system does not let us: then it runs like the others.
  }
}

function cannotStart(command: string, cause: Error): MarqueeError {
  return new MarqueeError(
    'CONFIG_INVALID',
    `The media tool "${command}" could not be started. Run "marquee doctor" to see what is missing.`,
    {
      cause,
    },
  );
}

/** Reads the newest block of ffmpeg's `-progress` output: where it is, and a key that changes with any progress. */
function progressSign(text: string): { key: string; outSec: number | null } {
  const end = text.lastIndexOf('progress=');
  const start = text.lastIndexOf('progress=', end - 1);
  const block = text.slice(Math.max(start, 0), end < 0 ? undefined : end);
  const field = (name: string) => new RegExp(`^${name}=\\s*(\\S+)`, 'm').exec(block)?.[1] ?? '';
  const outUs = Number(field('out_time_us'));
  return {
    key: `${field('frame')} ${field('out_time_us')} ${field('total_size')} ${field('dup_frames')} ${field('drop_frames')}`,
    outSec: Number.isFinite(outUs) ? outUs / 1e6 : null,
  };
}
