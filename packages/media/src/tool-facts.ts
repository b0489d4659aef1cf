import { askTool, type ToolSettings } from './run-tool.ts';

/** What one of the tools is; `version` is null where it cannot be run, and `problem` says why. */
export interface ToolVersion {
  path: string;
  version: string | null;
  problem: string | null;
}

/** What the media tools of this machine are and can do. */
export interface ToolFacts {
  ffmpeg: ToolVersion;
  ffprobe: ToolVersion;
  encoders: Set<string>;
  filters: Set<string>;
}

/** Encoders and filters without which no film can be made. */
export const NEEDED_ENCODERS = ['libx264', 'aac', 'mjpeg'];
export const NEEDED_FILTERS = [
  'aformat',
  'apad',
  'aresample',
  'atrim',
  'bwdif',
  'fps',
  'scale',
  'select',
  'setpts',
  'split',
  'tile',
  'tpad',
  'transpose',
  'trim',
];
/** Filters that films in HDR need, and that make others faster. */
export const HDR_FILTERS = ['zscale', 'tonemap'];

/** Asks the tools what they are. A tool that is absent is no error here: the facts say so. */
export async function describeTools(settings: Pick<ToolSettings, 'ffmpegPath' | 'ffprobePath'>): Promise<ToolFacts> {
  const { ffmpegPath, ffprobePath } = settings;
  const [ffmpeg, ffprobe, encoders, filters] = await Promise.all([
    versionOf(ffmpegPath),
    versionOf(ffprobePath),
    namesOf(ffmpegPath, '-encoders'),
    namesOf(ffmpegPath, '-filters'),
  ]);
  return { ffmpeg, ffprobe, encoders, filters };
}

async function versionOf(path: string): Promise<ToolVersion> {
  try {
    const text = await askTool(path, ['-version']);
    return { path, version: /version (\S+)/.exec(text)?.[1] ?? 'unknown', problem: null };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem = code === 'ENOENT' ? 'it is not there' : code === 'EACCES' ? 'it may not be run' : message;
    return { path, version: null, problem };
  }
}

/** Both lists have a column of flags, then the name. */
async function namesOf(path: string, list: '-encoders' | '-filters'): Promise<Set<string>> {
  const text = await askTool(path, ['-hide_banner', list]).catch(() => '');
  return new Set(text.split('\n').flatMap((line) => /^ [A-Z.]{2,6} +(\w+) /.exec(line)?.[1] ?? []));
}
