'use client';

import { type DragEvent, useEffect, useRef, useState } from 'react';
import { formatBytes } from '../../view/format.ts';
import type { Chosen } from './uploads.ts';

/** Takes files by drop or by a dialog. Where the browser can, it also gets the way back to them after a reload. */
export function DropZone(props: { isSmall: boolean; maxBytes: number; onChosen: (chosen: Chosen[]) => void }) {
  const { isSmall, onChosen } = props;
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setIsOver] = useState(false);

  // A file that misses the zone would otherwise replace the page.
  useEffect(() => {
    const keepPage = (event: Event) => event.preventDefault();
    addEventListener('dragover', keepPage);
    addEventListener('drop', keepPage);
    return () => {
      removeEventListener('dragover', keepPage);
      removeEventListener('drop', keepPage);
    };
  }, []);

  const choose = async () => {
    const chosen = await chooseByHandle();
    if (chosen === 'unsupported') input.current?.click();
    else if (chosen.length > 0) onChosen(chosen);
  };
  const onDrop = async (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    onChosen(await droppedFiles(event.dataTransfer));
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the pointer's extra way; the button is for everyone.
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => setIsOver(false)}
      onDrop={onDrop}
      className={`flex flex-col items-center justify-center gap-4 rounded-control border border-dashed px-6 text-center transition-colors duration-[180ms] ${isSmall ? 'py-8' : 'min-h-80 py-16'} ${isOver ? 'border-bulb bg-raised' : 'border-line-strong'}`}
    >
      <p className={isSmall ? 'text-16' : 'display text-28'}>
        {isOver ? 'Let go to upload' : isSmall ? 'More films' : 'Drop films here'}
      </p>
      <button type="button" className={`control ${isSmall ? '' : 'control-solid'}`} onClick={choose}>
        Choose files
      </button>
      <input
        ref={input}
        type="file"
        multiple
        accept="video/*,.mkv,.ts,.mts,.m2ts,.mxf,.vob"
        className="sr-only"
        tabIndex={-1}
        aria-label="Film files"
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          if (files.length > 0) onChosen(files.map((file) => ({ file, handle: null })));
        }}
      />
      {!isSmall && (
        <p className="max-w-[50ch] text-14 text-quiet">
          Any film that ffmpeg can read, up to {formatBytes(props.maxBytes)} each. If the page is closed on the way, the
          upload goes on where it was.
        </p>
      )}
    </div>
  );
}

type OpenPicker = (options: { multiple: boolean }) => Promise<FileSystemFileHandle[]>;

async function chooseByHandle(): Promise<Chosen[] | 'unsupported'> {
  const picker = (window as { showOpenFilePicker?: OpenPicker }).showOpenFilePicker;
  if (!picker) return 'unsupported';
  try {
    const handles = await picker.call(window, { multiple: true });
    return Promise.all(handles.map(async (handle) => ({ file: await handle.getFile(), handle })));
  } catch (error) {
    // Closing the dialog is no failure; anything else is worth the plain way.
    return (error as Error).name === 'AbortError' ? [] : 'unsupported';
  }
}

async function droppedFiles(data: DataTransfer): Promise<Chosen[]> {
  // Everything has to be asked for before the first pause: the data is gone after it.
  const items = [...data.items].filter((item) => item.kind === 'file');
  const asked = items.map((item) => ({
    file: item.getAsFile(),
    handle: (
      item as DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> }
    ).getAsFileSystemHandle?.(),
  }));
  const chosen: Chosen[] = [];
  for (const { file, handle } of asked) {
    const found = await handle?.catch(() => null);
    if (found?.kind === 'directory' || !file) continue;
    chosen.push({ file, handle: (found as FileSystemFileHandle | undefined) ?? null });
  }
  return chosen;
}
