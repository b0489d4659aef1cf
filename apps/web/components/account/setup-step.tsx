import type { ReactNode } from 'react';

const STEPS = 3;

/** One screen of the first start. The bulbs say how far it is. */
export function SetupStep(props: { step: number; title: string; lead: string; children: ReactNode }) {
  return (
    <main id="content" className="flex min-h-dvh flex-col justify-center px-4 py-16 sm:px-8 lg:px-12">
      <p className="flex items-center gap-3 text-14 text-quiet">
        <svg width={STEPS * 16} height="16" viewBox={`0 0 ${STEPS * 16} 16`} aria-hidden>
          {Array.from({ length: STEPS }, (_, i) => (
            <circle
              // biome-ignore lint/suspicious/noArrayIndexKey: bulbs have no other name.
              key={i}
              cx={8 + i * 16}
              cy="8"
              r="3.5"
              fill={i < props.step ? 'var(--bulb)' : 'none'}
              stroke={i < props.step ? 'var(--bulb)' : 'var(--line-strong)'}
            />
          ))}
        </svg>
        Step {props.step} of {STEPS}
      </p>
      <h1 className="display mt-6 text-40 sm:text-64">{props.title}</h1>
      <p className="mt-4 max-w-[60ch] text-16 text-quiet">{props.lead}</p>
      {props.children}
    </main>
  );
}
