'use client';

import { useEffect, useSyncExternalStore } from 'react';
import { DropZone } from './drop-zone.tsx';
import { UploadRow } from './upload-row.tsx';
import { uploads } from './uploads.ts';

/** Choose files, see them travel. */
export function UploadPanel({ maxBytes }: { maxBytes: number }) {
  useSyncExternalStore(uploads.subscribe, uploads.snapshot, () => 0);
  useEffect(() => void uploads.find(), []);
  const { list, refusals } = uploads;
  return (
    <>
      <DropZone
        isSmall={list.length > 0}
        maxBytes={maxBytes}
        onChosen={(chosen) => void uploads.add(chosen, maxBytes)}
      />
      {refusals.length > 0 && (
        <div role="alert" className="mt-4 flex items-start justify-between gap-4 border-l-2 border-lost pl-4 text-14">
          <ul className="space-y-1 py-2.5">
            {refusals.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          <button type="button" className="control control-bare" onClick={() => uploads.clearRefusals()}>
            Understood
          </button>
        </div>
      )}
      {list.length > 0 && (
        <ul className="mt-8 border-t border-line" aria-label="Uploads">
          {list.map((upload) => (
            <UploadRow key={upload.kept.uploadId} upload={upload} />
          ))}
        </ul>
      )}
    </>
  );
}
