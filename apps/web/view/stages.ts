import type { StageProgress } from '@marquee/core/advance';
import type { TaskType } from '@marquee/core/messages';

/** How each stage is called, and its colour in pictures (a custom property of the theme). */
export const STAGES: Record<StageProgress['stage'], { name: string; color: string }> = {
  inspect: { name: 'Reading', color: 'var(--stage-inspect)' },
  transcode: { name: 'Picture', color: 'var(--stage-transcode)' },
  audio: { name: 'Sound', color: 'var(--stage-audio)' },
  thumbnails: { name: 'Stills', color: 'var(--stage-thumbnails)' },
  package: { name: 'Packaging', color: 'var(--stage-package)' },
};

/** The stage that a task's type belongs to. */
export function stageOf(type: TaskType): { name: string; color: string } {
  switch (type) {
    case 'video.inspect':
      return STAGES.inspect;
    case 'video.transcode':
      return STAGES.transcode;
    case 'video.encode_audio':
      return STAGES.audio;
    case 'video.generate_thumbnails':
      return STAGES.thumbnails;
    case 'video.package':
      return STAGES.package;
    case 'video.generate_subtitles':
      return { name: 'Subtitles', color: 'var(--stage-audio)' };
    case 'video.ai_analysis':
      return { name: 'Analysis', color: 'var(--stage-inspect)' };
  }
}
