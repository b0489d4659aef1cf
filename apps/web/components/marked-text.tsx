import type { TextPart } from '../view/marked-parts.ts';

/** A text with what was looked for marked in it. */
export function MarkedText({ parts }: { parts: TextPart[] }) {
  return parts.map(({ at, text, isMatch }) =>
    isMatch ? (
      <mark key={at} className="bg-bulb text-on-bulb">
        {text}
      </mark>
    ) : (
      <span key={at}>{text}</span>
    ),
  );
}
