/** Keeps the player's place, so that nothing moves when it arrives. */
export function PlayerFrame() {
  return (
    <div className="flex aspect-video w-full items-center justify-center rounded-control bg-raised group-data-theatre/stage:aspect-auto group-data-theatre/stage:h-[min(56.25vw,calc(100dvh-4rem))]">
      <p className="breathing text-14 text-quiet">Opening the film</p>
    </div>
  );
}
