'use client';

import { Play, X } from 'lucide-react';
import { useRef, useState } from 'react';

/**
 * Plays a trailer in place. YouTube is asked for nothing before somebody wants it; without scripts the link leads there.
 *
 * @param props.name what the trailer is called, for those who cannot see it
 */
export function TrailerLink({ youtubeKey, name, children }: { youtubeKey: string; name: string; children: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const key = encodeURIComponent(youtubeKey);
  return (
    <>
      <a
        href={`https://www.youtube.com/watch?v=${key}`}
        className="control min-h-12 px-6"
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          setIsOpen(true);
          dialog.current?.showModal();
        }}
      >
        <Play size={18} aria-hidden /> <span className="truncate">{children}</span>
      </a>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself; this is the click beside it. */}
      <dialog
        ref={dialog}
        aria-label={name}
        data-theme="evening"
        className="w-[min(96vw,calc((100dvh-6rem)*16/9))] max-w-none bg-transparent p-0 text-ink backdrop:bg-[oklch(0.1_0.004_60/0.92)]"
        onClose={() => setIsOpen(false)}
        onClick={(event) => event.target === event.currentTarget && dialog.current?.close()}
      >
        <div className="flex items-center justify-between gap-4 pb-2">
          <p className="truncate text-14">{name}</p>
          <button
            type="button"
            onClick={() => dialog.current?.close()}
            className="control control-bare px-3"
            aria-label="Close the trailer"
          >
            <X size={20} aria-hidden />
          </button>
        </div>
        <div className="aspect-video w-full bg-raised">
          {isOpen && (
            <iframe
              src={`https://www.youtube-nocookie.com/embed/${key}?autoplay=1&rel=0`}
              title={name}
              // YouTube refuses to play for pages that do not say where they are.
              referrerPolicy="strict-origin-when-cross-origin"
              allow="autoplay; fullscreen; encrypted-media; picture-in-picture"
              allowFullScreen
              className="size-full border-0"
            />
          )}
        </div>
      </dialog>
    </>
  );
}
