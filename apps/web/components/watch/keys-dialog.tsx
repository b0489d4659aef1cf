import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useOwnKeys } from './own-keys.ts';

/** What the keyboard does, for whoever asks. @param map keys, and what each does */
export function KeysDialog(props: { map: { keys: string[]; does: string }[]; isOpen: boolean; close: () => void }) {
  const { map, isOpen, close } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  useOwnKeys(dialog);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="keys-title"
      onClose={close}
      // What is clicked in it without being a control leaves the focus here.
      tabIndex={-1}
      className="max-h-[calc(100dvh-2rem)] w-[min(40rem,calc(100vw-2rem))] overflow-y-auto rounded-control border border-line bg-ground p-6 text-left text-ink backdrop:bg-shade"
    >
      <div className="flex items-center justify-between gap-4">
        <h2 id="keys-title" className="display text-28">
          The keyboard
        </h2>
        <button type="button" className="control control-bare px-3" aria-label="Close" onClick={close}>
          <X size={20} aria-hidden />
        </button>
      </div>
      <dl className="mt-4 grid gap-x-10 sm:grid-cols-2">
        {map.map(({ keys, does }) => (
          <div key={does} className="flex items-baseline justify-between gap-4 border-t border-line py-2">
            <dt className="order-2 flex shrink-0 gap-1">
              {keys.map((key) => (
                <kbd key={key} className="rounded-still border border-line-strong px-1.5 font-sans text-12 leading-5">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd className="text-14">{does}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
