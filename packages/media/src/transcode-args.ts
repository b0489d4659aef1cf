import type { VideoTrack } from '@marquee/core/inspection';
import type { Payload } from '@marquee/core/messages';
import type { Rung } from '@marquee/core/plan';
import type { ToolInput } from '@marquee/core/ports';
import { inputArgs } from './run-tool.ts';
import { x264Preset } from './x264-preset.ts';

/** Seconds by which the last picture may be held when the decoder gives fewer frames than the file lists. */
const HOLD_SEC = 0.5;

/** For ranges and matrices: `bitexact` and `accurate_rnd` make swscale's SIMD paths agree on every machine. */
const SCALE_FLAGS = 'bicubic+accurate_rnd+bitexact';

/** File that a rung of a chunk is written to, in the tool's working directory. */
export function rungFile(rung: Pick<Rung, 'name'>): string {
  return `${rung.name}.mp4`;
}

/**
 * The ffmpeg command of one chunk: one decode, all rungs, each scaled from the one above it.
 *
 * Frames are chosen by their number on the published film's grid, never by a cut in seconds: decoding starts
 * at a keyframe before the chunk, `fps` puts every frame on the grid (frame n at n / fps, counted from the
 * first frame of the film), and `trim` takes `[startFrame, startFrame + frames)`.
 *
 * @param scaler filter that makes the lower rungs: `zscale` (zimg) takes less than half of `scale`'s time, with the
 *               same bytes on all its SIMD paths, but is not in every build of ffmpeg
 * @param only index of the one rung to encode; the pictures it is scaled from are made the same way, so its
 *             bytes are those of the full command. Default: all rungs
 */
export function transcodeArgs(
  payload: Payload<'video.transcode'>,
  input: ToolInput,
  scaler: 'zscale' | 'scale',
  only?: number,
): string[] {
  const { chunk, rungs } = payload;
  const args = [
    '-threads',
    '1',
    '-filter_complex_threads',
    '1',
    '-noautorotate',
    '-copyts',
    '-noaccurate_seek',
    '-ss',
    String(chunk.seekSec),
    ...inputArgs(input),
    '-filter_complex',
    filterGraph(payload, scaler),
  ];
  rungs.forEach((rung, i) => {
    if (only !== undefined && i !== only) {
      // Every output of the graph needs a sink.
      args.push('-map', `[v${i}]`, '-c:v', 'wrapped_avframe', '-frames:v', String(chunk.frames), '-f', 'null', 'none');
      return;
    }
    args.push('-map', `[v${i}]`, ...encoderArgs(payload, rung), '-frames:v', String(chunk.frames));
    args.push(
      '-fflags',
      '+bitexact',
      '-flags:v',
      '+bitexact',
      '-map_metadata',
      '-1',
      '-map_chapters',
      '-1',
      '-video_track_timescale',
      String(payload.timescale),
      '-use_editlist',
      '0',
      '-movflags',
      '+empty_moov+frag_keyframe+default_base_moof+negative_cts_offsets',
      '-f',
      'mp4',
      rungFile(rung),
    );
  });
  return args;
}

function encoderArgs(payload: Payload<'video.transcode'>, rung: Rung): string[] {
  const segment = payload.segmentFrames;
  const { preset, crf, params } = x264Preset(payload.preset, payload.crf, rung.nominalPx);
  params.push(`cpu-independent=${payload.cpuIndependent ? 1 : 0}`);
  // Under a ceiling on the rate, threads that each encode a frame do not always agree on the same bytes; threads that
  // each encode a slice of one frame do.
  if (payload.threads > 1) params.push('sliced-threads=1');
  return [
    '-c:v',
    'libx264',
    '-preset',
    preset,
    '-profile:v',
    'high',
    '-pix_fmt',
    'yuv420p',
    '-crf',
    String(crf),
    '-maxrate',
    String(rung.maxrateBps),
    '-bufsize',
    String(rung.bufsizeBits),
    '-g',
    String(segment),
    '-force_key_frames',
    `expr:gte(n,n_forced*${segment})`,
    '-forced-idr',
    '1',
    '-threads',
    String(payload.threads),
    '-x264-params',
    params.join(':'),
    '-color_primaries',
    'bt709',
    '-color_trc',
    'bt709',
    '-colorspace',
    'bt709',
    '-color_range',
    'tv',
    // The encoder's own description of itself: bytes that differ between builds and tell viewers nothing.
    '-bsf:v',
    'filter_units=remove_types=6',
  ];
}

function filterGraph(payload: Payload<'video.transcode'>, scaler: 'zscale' | 'scale'): string {
  const { chunk, rungs, video } = payload;
  const fps = `${payload.fps.num}/${payload.fps.den}`;
  const end = chunk.startFrame + chunk.frames;
  const steps: string[] = [];
  if (video.interlaced) steps.push(`bwdif=mode=send_frame:parity=${video.fieldOrder}:deint=all`);
  // A number in parentheses, because a film that starts before 0 has a negative one.
  steps.push(`setpts=PTS-round((${video.startSec})/TB)`, `fps=fps=${fps}:round=near`);
  if (chunk.last) steps.push(`tpad=stop_mode=clone:stop=${Math.ceil((HOLD_SEC * payload.fps.num) / payload.fps.den)}`);
  steps.push(`trim=start_pts=${chunk.startFrame}:end_pts=${end}`, 'setpts=PTS-STARTPTS');
  // Whatever the source's flags say, what goes on is whole pictures: zscale would scale the two fields apart.
  steps.push('setfield=prog', ...turn(video.rotationDeg), ...toStandardPicture(video, rungs[0] as Rung));

  const lines = [`[0:${video.streamIndex}]${steps.join(',')}${rungs.length > 1 ? ',split=2[v0][s1]' : '[v0]'}`];
  rungs.slice(1).forEach((rung, at) => {
    const i = at + 1;
    const how = scaler === 'zscale' ? 'filter=bicubic:threads=1' : `flags=${SCALE_FLAGS}`;
    const scale = `[s${i}]${scaler}=w=${rung.widthPx}:h=${rung.heightPx}:${how},setsar=1`;
    lines.push(i === rungs.length - 1 ? `${scale}[v${i}]` : `${scale},split=2[v${i}][s${i + 1}]`);
  });
  return lines.join(';');
}

function turn(rotationDeg: VideoTrack['rotationDeg']): string[] {
  if (rotationDeg === 90) return ['transpose=clock'];
  if (rotationDeg === 270) return ['transpose=cclock'];
  return rotationDeg === 180 ? ['hflip', 'vflip'] : [];
}

/** Brings any picture to BT.709, limited range, 4:2:0, 8 bit, square pixels and the top rung's size; does nothing where nothing is needed. */
function toStandardPicture(video: VideoTrack, top: Rung): string[] {
  const turned = video.rotationDeg === 90 || video.rotationDeg === 270;
  const widthPx = turned ? video.codedHeightPx : video.codedWidthPx;
  const heightPx = turned ? video.codedWidthPx : video.codedHeightPx;
  const sized = widthPx === top.widthPx && heightPx === top.heightPx;
  const size = `${top.widthPx}:${top.heightPx}`;
  if (video.hdr !== 'none') {
    const transfer = video.hdr === 'pq' ? 'smpte2084' : 'arib-std-b67';
    return [
      ...(sized ? [] : [`scale=${size}:flags=${SCALE_FLAGS}`]),
      `zscale=tin=${transfer}:min=bt2020nc:pin=bt2020:t=linear:npl=100`,
      'format=gbrpf32le',
      'zscale=p=bt709',
      'tonemap=tonemap=hable:desat=0',
      'zscale=t=bt709:m=bt709:r=tv',
      'format=yuv420p',
      'setsar=1',
    ];
  }
  const from = sourceMatrix(video);
  const converts = from !== 'bt709' || video.colorRange === 'pc';
  if (sized && !converts && video.pixelFormat === 'yuv420p') return ['setsar=1'];
  const range = video.colorRange === 'pc' ? ':in_range=pc:out_range=tv' : '';
  const matrix = from === 'bt709' ? '' : `:in_color_matrix=${from}:out_color_matrix=bt709`;
  return [`scale=${size}:flags=${SCALE_FLAGS}${matrix}${range}`, 'format=yuv420p', 'setsar=1'];
}

/** A file that does not say uses BT.709 if it is HD and BT.601 if not, as television does. */
function sourceMatrix(video: VideoTrack): 'bt709' | 'bt601' | 'bt2020' {
  if (video.colorMatrix.startsWith('bt2020')) return 'bt2020';
  if (['smpte170m', 'bt470bg', 'fcc', 'smpte240m'].includes(video.colorMatrix)) return 'bt601';
  if (video.colorMatrix === 'bt709') return 'bt709';
  return Math.min(video.codedWidthPx, video.codedHeightPx) >= 720 ? 'bt709' : 'bt601';
}
