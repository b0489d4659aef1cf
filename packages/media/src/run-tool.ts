import type { ToolInput } from '@marquee/core/ports';

/** Options of one run of ffmpeg or ffprobe. */
export interface ToolOptions {
  signal: AbortSignal;
  /** Working directory; relative output names in `args` land here. */
  cwd: string;
  /** Media seconds that the run will produce; lets `onProgress` report a share. */
  durationSec?: number;
  onProgress?: (share: number) => void;
  /** Fed to the tool's standard input, which is otherwise closed. */
  stdin?: Uint8Array;
}

export interface ToolOutput {
  stdout: Buffer;
  /** The last lines that the tool printed as diagnostics. */
  stderr: string;
}

/** The only way to ffmpeg and ffprobe. */
export interface Tools {
  ffmpeg(args: string[], options: ToolOptions): Promise<ToolOutput>;
  ffprobe(args: string[], options: ToolOptions): Promise<ToolOutput>;
}

/** Arguments that open an input with nothing but the protocols that it needs. */
export function inputArgs(input: ToolInput): string[] {
  return ['-protocol_whitelist', input.protocols.join(','), '-i', input.url];
}
