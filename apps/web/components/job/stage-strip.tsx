import type { StageProgress } from '@marquee/core/advance';
import { formatShare } from '../../view/format.ts';
import { STAGES } from '../../view/stages.ts';

/** The stages side by side, each with its share; what is at work breathes. */
export function StageStrip({ stages, alive, share }: { stages: StageProgress[]; alive: boolean; share: number }) {
  return (
    <section aria-labelledby="stages" className="mt-12">
      <div className="flex items-baseline justify-between gap-4">
        <h2 id="stages" className="display text-20">
          Stages
        </h2>
        <p className="figures display text-28">{formatShare(share)}</p>
      </div>
      <ol className="mt-4 grid grid-cols-2 gap-x-3 gap-y-5 sm:grid-cols-[1fr_2fr_1fr_1fr_1fr]">
        {stages.map(({ stage, done, total, share: own }) => {
          const { name, color } = STAGES[stage];
          const isAtWork = alive && total > 0 && own < 1 && own > 0;
          return (
            <li key={stage}>
              <div className="h-1.5 overflow-hidden rounded-full bg-line">
                <div
                  className={`h-full rounded-full ${isAtWork ? 'breathing' : ''}`}
                  style={{ width: `${own * 100}%`, background: color, transition: 'width 400ms linear' }}
                />
              </div>
              <p className="mt-2 flex flex-wrap items-baseline justify-between gap-x-2 text-14">
                <span>{name}</span>
                <span className="figures text-quiet">{total === 0 ? 'later' : `${done} of ${total}`}</span>
              </p>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
