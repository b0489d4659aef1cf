import type { MediaPlayerInstance, TextTrack } from '@vidstack/react';
import { useMediaState } from '@vidstack/react';
import type { DefaultVideoLayoutSlots } from '@vidstack/react/player/layouts/default';
import { Captions, X } from 'lucide-react';
import { type CSSProperties, type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { BarButton } from './bar-button.tsx';
import { useOwnKeys } from './own-keys.ts';
import {
  completeStyle,
  keepStyle,
  keptStyle,
  PLAIN_STYLE,
  STYLE_CHOICES,
  type SubtitleStyle,
  styleProperties,
} from './subtitle-style.ts';

/** The player's own words for subtitles, in the site's. */
export const SUBTITLE_WORDS = {
  Captions: 'Subtitles',
  'Closed-Captions On': 'Subtitles on',
  'Closed-Captions Off': 'Subtitles off',
};

const FIELDS = Object.keys(STYLE_CHOICES) as (keyof SubtitleStyle)[];

/**
 * Which subtitles are shown, and how they look: a button for the player's bar, and the dialog that it opens. The look is
 * kept on this device, and shown in the dialog and on the film at once.
 */
export function useSubtitleMenu(player: RefObject<MediaPlayerInstance | null>): {
  slots: DefaultVideoLayoutSlots;
  dialog: ReactNode;
} {
  const [isOpen, setOpen] = useState(false);
  const [style, setStyle] = useState(keptStyle);
  const all = useMediaState('textTracks', player);
  const tracks = all.filter(({ kind }) => kind === 'subtitles' || kind === 'captions');

  useEffect(() => {
    for (const [name, value] of Object.entries(styleProperties(style)))
      player.current?.el?.style.setProperty(name, value);
  }, [player, style]);
  const change = (next: SubtitleStyle) => {
    setStyle(next);
    keepStyle(next);
  };
  const hasTracks = tracks.length > 0;
  const slots = useMemo(
    () => ({
      afterCaptionButton: hasTracks ? (
        <BarButton label="Choose subtitles" onClick={() => setOpen(true)}>
          <Captions className="vds-icon" aria-hidden />
        </BarButton>
      ) : null,
    }),
    [hasTracks],
  );
  return {
    slots,
    dialog: isOpen ? (
      <SubtitleDialog player={player} tracks={tracks} style={style} change={change} close={() => setOpen(false)} />
    ) : null,
  };
}

function SubtitleDialog(props: {
  player: RefObject<MediaPlayerInstance | null>;
  tracks: TextTrack[];
  style: SubtitleStyle;
  change: (style: SubtitleStyle) => void;
  close: () => void;
}) {
  const { tracks, style, change } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = useMediaState('textTrack', props.player);
  useEffect(() => dialog.current?.showModal(), []);
  useOwnKeys(dialog);
  const show = (track: TextTrack | null) => {
    for (const each of tracks) each.mode = each === track ? 'showing' : 'disabled';
  };
  return (
    <dialog
      ref={dialog}
      aria-labelledby="subtitles-title"
      onClose={props.close}
      className="max-h-[calc(100dvh-2rem)] w-[min(34rem,calc(100vw-2rem))] overflow-y-auto rounded-control border border-line bg-ground p-6 text-left text-ink backdrop:bg-shade"
    >
      <div className="flex items-center justify-between gap-4">
        <h2 id="subtitles-title" className="display text-28">
          Subtitles
        </h2>
        <button
          type="button"
          className="control control-bare px-3"
          aria-label="Close"
          onClick={() => dialog.current?.close()}
        >
          <X size={20} aria-hidden />
        </button>
      </div>
      <fieldset className="mt-4 grid gap-x-6 sm:grid-cols-2">
        <legend className="sr-only">Which</legend>
        <Choice label="None" isChosen={shown === null} choose={() => show(null)} />
        {tracks.map((track) => (
          <Choice key={track.id} label={track.label} isChosen={shown === track} choose={() => show(track)} />
        ))}
      </fieldset>
      <div
        className="subtitle-preview mt-5"
        style={styleProperties(style) as CSSProperties}
        role="img"
        aria-label="How subtitles look"
      >
        <span>
          Subtitles look like this,
          <br />
          on a dark and on a bright picture.
        </span>
      </div>
      <div className="mt-5 grid gap-4 sm:grid-cols-2">
        {FIELDS.map((field) => (
          <label key={field} className="grid gap-1.5 text-14">
            {STYLE_CHOICES[field].name}
            <select
              className="field"
              value={style[field]}
              onChange={(event) => change(completeStyle({ ...style, [field]: event.target.value }))}
            >
              {Object.keys(STYLE_CHOICES[field].options).map((option) => (
                <option key={option}>{option}</option>
              ))}
            </select>
          </label>
        ))}
        <button type="button" className="control self-end" onClick={() => change(PLAIN_STYLE)}>
          Reset
        </button>
      </div>
    </dialog>
  );
}

function Choice(props: { label: string; isChosen: boolean; choose: () => void }) {
  return (
    <label className="flex min-h-11 items-center gap-3 text-16">
      <input
        type="radio"
        name="subtitles"
        className="size-5 accent-bulb"
        checked={props.isChosen}
        onChange={props.choose}
      />
      {props.label}
    </label>
  );
}
