'use client';

import { Pause, Play, X } from 'lucide-react';
import Link from 'next/link';
import { useId, useRef } from 'react';
import { formatBytes, formatShare, formatSpan } from '../../view/format.ts';
import type { Upload } from './upload.ts';
import { uploads } from './uploads.ts';

/** One upload: its title (to be changed while it travels), how far it is, and what can be done. */
export function UploadRow({ upload }: { upload: Upload }) {
  const { kept, state } = upload;
  const id = useId();
  const share = state === 'done' ? 1 : upload.sentBytes / kept.sizeBytes;
  return (
    <li className="border-b border-line py-5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          {state === 'done' ? (
            <p className="display truncate text-20">{upload.title}</p>
          ) : (
            <>
              <label htmlFor={id} className="sr-only">
                Title of {kept.fileName}
              </label>
              <input
                id={id}
                value={upload.title}
                maxLength={200}
                onChange={(event) => {
                  upload.title = event.target.value;
                }}
                className="display min-h-11 w-full rounded-control border border-transparent bg-transparent text-20 text-ellipsis hover:border-line-strong focus:border-line-strong focus:px-3"
              />
            </>
          )}
        </div>
        <Actions upload={upload} />
      </div>
      <div
        role="progressbar"
        aria-label={`Upload of ${kept.fileName}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.floor(share * 100)}
        className="mt-3 h-1 overflow-hidden rounded-full bg-line"
      >
        <div
          className={`h-full ${state === 'sending' || state === 'joining' ? 'breathing' : ''} ${state === 'failed' ? 'bg-lost' : state === 'paused' || state === 'choose' ? 'bg-line-strong' : 'bg-ink'}`}
          style={{ width: `${share * 100}%`, transition: 'width 300ms linear' }}
        />
      </div>
      <p className={`figures mt-2 text-14 ${state === 'failed' ? 'text-lost' : 'text-quiet'}`} data-state={state}>
        {wordsOf(upload, share)}
      </p>
    </li>
  );
}

function Actions({ upload }: { upload: Upload }) {
  const { state, kept } = upload;
  const input = useRef<HTMLInputElement>(null);
  if (state === 'done') {
    return (
      <div className="flex gap-2">
        <Link href={`/admin/jobs/${upload.jobId}`} className="control">
          See it being made
        </Link>
        <button
          type="button"
          className="control control-bare px-3"
          aria-label={`Take ${upload.title} off this list`}
          onClick={() => uploads.dismiss(upload)}
        >
          <X size={18} aria-hidden />
        </button>
      </div>
    );
  }
  const goOn = async () => {
    await uploads.resume(upload);
    if (upload.state === 'choose') input.current?.click();
  };
  return (
    <div className="flex gap-2">
      {(state === 'sending' || state === 'waiting' || state === 'queued') && (
        <button type="button" className="control" onClick={() => uploads.pause(upload)}>
          <Pause size={16} aria-hidden /> Pause
        </button>
      )}
      {(state === 'paused' || state === 'failed') && (
        <button type="button" className="control" onClick={goOn}>
          <Play size={16} aria-hidden /> Go on
        </button>
      )}
      {state === 'choose' && (
        <button type="button" className="control control-solid" onClick={goOn}>
          Choose the file again
        </button>
      )}
      <input
        ref={input}
        type="file"
        className="sr-only"
        tabIndex={-1}
        aria-label={`The file ${kept.fileName}`}
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = '';
          if (file) uploads.giveBack(upload, file);
        }}
      />
      {state !== 'joining' && (
        <button
          type="button"
          className="control control-bare px-3"
          aria-label={`Give up the upload of ${kept.fileName}`}
          title="Give up"
          onClick={() => void uploads.drop(upload)}
        >
          <X size={18} aria-hidden />
        </button>
      )}
    </div>
  );
}

function wordsOf(upload: Upload, share: number): string {
  const { state, kept, sentence } = upload;
  const sent = `${formatBytes(upload.sentBytes)} of ${formatBytes(kept.sizeBytes)}`;
  switch (state) {
    case 'queued':
      return `Waiting for its turn · ${formatBytes(kept.sizeBytes)}`;
    case 'sending': {
      const speedBps = upload.speedBps;
      if (!speedBps) return `${formatShare(share)} · ${sent}`;
      const leftMs = ((kept.sizeBytes - upload.sentBytes) * 1000) / speedBps;
      return `${formatShare(share)} · ${sent} · ${formatBytes(speedBps)}/s · ${formatSpan(leftMs)} left`;
    }
    case 'waiting':
      return `${sentence} · ${sent}`;
    case 'paused':
      return `Paused · ${sent}`;
    case 'choose':
      return `${sentence || `Choose “${kept.fileName}” again: what was sent stands, only the rest is sent.`} · ${sent}`;
    case 'joining':
      return 'All sent. Handing it over.';
    case 'done':
      return 'Uploaded. It is being made into a stream.';
    case 'failed':
      return sentence;
  }
}
