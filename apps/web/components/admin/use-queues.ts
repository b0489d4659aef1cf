'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import type { Letter } from '../../server/dead-desk.ts';
import type { QueuesSnapshot } from '../../server/queues.ts';

/** Whether news of the queues arrives: it does, the site does not answer, or the session has ended. */
export type QueueLine = 'live' | 'lost' | 'out';

export interface Queues {
  snapshot: QueuesSnapshot;
  /** The last that were read, also while they cannot be; null if they never were. */
  letters: Letter[] | null;
  line: QueueLine;
  /** Asks at once instead of at the next turn. */
  again: () => Promise<void>;
}

/** The queues as they stand, asked for every few seconds while somebody looks at the page. */
export function useQueues(first: QueuesSnapshot): Queues {
  const [snapshot, setSnapshot] = useState(first);
  const [letters, setLetters] = useState(first.letters);
  const [line, setLine] = useState<QueueLine>('live');
  const seen = useRef(first.lettersVersion);
  const asked = useRef(0);

  const again = useCallback(async () => {
    const turn = ++asked.current;
    // An answer that was overtaken may tell of letters that have been sent back since.
    const isLatest = () => turn === asked.current;
    try {
      const answer = await fetch(`/api/queues${seen.current === null ? '' : `?seen=${seen.current}`}`);
      if (answer.status === 401) return void (isLatest() && setLine('out'));
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      const next = (await answer.json()) as QueuesSnapshot;
      if (!isLatest()) return;
      setSnapshot((before) => ({ ...next, queues: next.queues ?? before.queues }));
      if (next.letters !== null) {
        setLetters(next.letters);
        seen.current = next.lettersVersion;
      }
      setLine('live');
    } catch {
      if (isLatest()) setLine('lost');
    }
  }, []);

  const everyMs = snapshot.lookAgainMs;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let isOver = false;
    const turn = async () => {
      if (document.visibilityState === 'visible') await again();
      if (!isOver) timer = setTimeout(turn, everyMs);
    };
    timer = setTimeout(turn, everyMs);
    const onVisible = () => {
      if (document.visibilityState === 'visible') void again();
    };
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [again, everyMs]);

  return { snapshot, letters, line, again };
}
