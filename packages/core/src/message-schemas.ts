import { z } from 'zod';
import { envelope, MESSAGE_TYPES, type MessageType, PAYLOADS } from './messages.ts';

const WHAT: Record<MessageType, string> = {
  'video.uploaded': 'A film has been uploaded and its job stands: an orchestrator should look at it.',
  'video.inspect': 'Read what a film is (head), or every packet of its picture (index).',
  'video.transcode': 'Encode one chunk of a film in every rung of the ladder, from one decode.',
  'video.encode_audio': 'Encode one window of one sound track.',
  'video.generate_thumbnails': 'Make one storyboard sheet, or the poster candidates.',
  'video.generate_subtitles': 'Make clean WebVTT of one text track of the film.',
  'video.ai_analysis': 'Find out one thing about a film that is ready, such as its shots; nothing waits for it.',
  'video.package': 'Write the playlists of what stands; the last time, check the whole and write the manifest.',
  'task.finished': 'A task has ended, well or not: an orchestrator should look at its job.',
};

/**
 * The JSON Schema (draft 2020-12) of a message as it travels: the envelope with the payload of its type. For
 * those who write a worker in another language; ours read with zod.
 */
export function messageSchema(type: MessageType): Record<string, unknown> {
  const whole = envelope.extend({ type: z.literal(type), payload: PAYLOADS[type] });
  return { title: type, description: WHAT[type], ...z.toJSONSchema(whole) };
}

/** The file that `docs/messages/` holds for a type, as text. */
function messageSchemaFile(type: MessageType): { name: string; text: string } {
  return { name: `${type}.schema.json`, text: `${JSON.stringify(messageSchema(type), null, 2)}\n` };
}

/** Every file that belongs in `docs/messages/`. */
export function messageSchemaFiles(): { name: string; text: string }[] {
  return MESSAGE_TYPES.map(messageSchemaFile);
}
