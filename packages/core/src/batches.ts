/** Gathers calls that come at about the same time and answers them together. */
export type Batched<Q, A> = (question: Q) => Promise<A>;

/**
 * Makes one round trip of many calls: those of one turn go together, and those that come while a batch is under
 * way go together after it. So the busier a process is, the larger are its batches, and a call that comes alone
 * waits for nobody. Every call is answered from a round trip that began after it.
 *
 * @param ask  answers in the order of the questions; if it throws, all of them fail with that. What it answers with a
 *             promise is not waited for before the next batch
 * @param most questions of one batch, at most
 */
export function batched<Q, A>(ask: (questions: Q[]) => Promise<(A | Promise<A>)[]>, most: number): Batched<Q, A> {
  let waiting: { question: Q; resolve: (answer: A | Promise<A>) => void; reject: (error: unknown) => void }[] = [];
  let isUnderWay = false;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, most);
      waiting = waiting.slice(most);
      try {
        const answers = await ask(batch.map(({ question }) => question));
        batch.forEach(({ resolve }, i) => {
          resolve(answers[i] as A | Promise<A>);
        });
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    isUnderWay = false;
  }

  return (question) =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject });
      if (isUnderWay) return;
      isUnderWay = true;
      setImmediate(() => void run());
    });
}
