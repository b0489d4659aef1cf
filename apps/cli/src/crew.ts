import type { RunningWorkers } from '@marquee/workers/main';
import { type Role, startWorkers } from '@marquee/workers/main';
import { isHolderDead } from '@marquee/workers/runtime/holder';
import type { Session } from './session.ts';

/** A process that has not been seen for this long is taken to be gone. */
export const PRESENT_MS = 15_000;

/** @returns which of these roles nobody is there for. */
export async function missingRoles(session: Pick<Session, 'engines'>, roles: Role[]): Promise<Role[]> {
  const seen = await session.engines.store.presence.list(Date.now() - PRESENT_MS);
  const present = new Set(seen.filter(({ holder }) => !isHolderDead(holder)).flatMap((each) => each.roles));
  return roles.filter((role) => !present.has(role));
}

/** Workers of this process, for the roles that nobody else fills. */
export interface Crew {
  /**
   * Looks who is there, and fills the roles that nobody fills. Call it again and again: whoever did the work may
   * vanish.
   *
   * @returns the roles that this process has just taken on
   */
  fill(): Promise<Role[]>;
  /** Stops this process's workers; what they had in hand goes back. Idempotent. */
  drain(): Promise<void>;
}

/** @param roles those that have to be filled */
export function createCrew(session: Session, roles: Role[]): Crew {
  const running: RunningWorkers[] = [];
  return {
    async fill() {
      const missing = await missingRoles(session, roles);
      if (missing.length > 0) running.push(await startWorkers({ ...session, roles: missing }));
      return missing;
    },
    async drain() {
      await Promise.all(running.map((workers) => workers.drain()));
    },
  };
}
