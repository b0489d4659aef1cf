/** What comes next stands first. */
export interface Heap<T> {
  size(): number;
  peek(): T | undefined;
  push(item: T): void;
  /** Takes out the first. */
  pop(): T | undefined;
}

/** A binary heap: the first by `isBefore` stands on top, and each change costs the logarithm of what there is. */
export function createHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  return {
    size: () => items.length,
    peek: () => items[0],
    push(item) {
      let place = items.length;
      while (place > 0) {
        const above = (place - 1) >> 1;
        if (!isBefore(item, items[above] as T)) break;
        items[place] = items[above] as T;
        place = above;
      }
      items[place] = item;
    },
    pop() {
      const top = items[0];
      const last = items.pop();
      if (items.length === 0 || last === undefined) return top;
      let place = 0;
      for (;;) {
        let below = 2 * place + 1;
        if (below >= items.length) break;
        if (below + 1 < items.length && isBefore(items[below + 1] as T, items[below] as T)) below++;
        if (!isBefore(items[below] as T, last)) break;
        items[place] = items[below] as T;
        place = below;
      }
      items[place] = last;
      return top;
    },
  };
}
