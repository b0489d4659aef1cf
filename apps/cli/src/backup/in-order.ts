/** Does work on several items at once, and yields what came of each in their order. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  atOnce: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  try {
    for await (const item of items) {
      const begun = work(item);
      // Whoever takes it out of the line hears of it; until then it is nobody's unhandled rejection.
      begun.catch(() => undefined);
      running.push(begun);
      if (running.length >= atOnce) yield await (running.shift() as Promise<R>);
    }
    while (running.length > 0) yield await (running.shift() as Promise<R>);
  } finally {
    await Promise.allSettled(running);
  }
}

/** Goes through two lists in the same ascending order together. @yields each of `news`, with what `olds` has of its key */
export async function* beside<N extends { key: string }, O extends { key: string }>(
  news: AsyncIterable<N>,
  olds: AsyncIterable<O>,
): AsyncGenerator<{ item: N; known: O | null }> {
  const old = olds[Symbol.asyncIterator]();
  let next = await old.next();
  try {
    for await (const item of news) {
      while (!next.done && next.value.key < item.key) next = await old.next();
      yield { item, known: !next.done && next.value.key === item.key ? next.value : null };
    }
  } finally {
    await old.return?.();
  }
}
