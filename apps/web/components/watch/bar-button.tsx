import { DefaultTooltip } from '@vidstack/react/player/layouts/default';
import type { ReactNode } from 'react';

/** A button in the player's bar, beside those that the player brings and like them. */
export function BarButton(props: {
  label: string;
  isPressed?: boolean;
  /** On wide windows alone. */
  isRoomy?: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <DefaultTooltip content={props.label} placement="top">
      <button
        type="button"
        className={`vds-button ${props.isRoomy ? 'max-lg:hidden' : ''}`}
        aria-label={props.label}
        aria-pressed={props.isPressed}
        onClick={props.onClick}
      >
        {props.children}
      </button>
    </DefaultTooltip>
  );
}
