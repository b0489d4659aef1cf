import { describe, expect, it } from 'vitest';
import { createGate, type Pass } from '../runtime/gate.ts';

const CHUNK = 100;
const AUDIO = 21;
const OPENING = 10;
const never = new AbortController().signal;

/** Enters and notes when it is let in. */
function enter(gate: ReturnType<typeof createGate>, order: number, letIn: number[], waitMs = 5000) {
  return gate.enter(order, waitMs, never).then((pass) => {
    if (pass) letIn.push(order);
    return pass;
  });
}

const leave = (pass: Pass | null) => pass?.leave();
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate', () => {
  it('lets in as many as there are slots, then the earliest of those that wait', async () => {
    const gate = createGate(2);
    const order: number[] = [];
    const first = enter(gate, CHUNK, order);
    const others = [enter(gate, CHUNK + 1, order), enter(gate, CHUNK + 3, order), enter(gate, AUDIO, order)];
    await settle();
    expect(order).toEqual([CHUNK, CHUNK + 1]);
    leave(await first);
    await settle();
    expect(order).toEqual([CHUNK, CHUNK + 1, AUDIO]);
    leave(await (others[0] as Promise<Pass | null>));
    await settle();
    expect(order).toEqual([CHUNK, CHUNK + 1, AUDIO, CHUNK + 3]);
  });

  it('lets an opening pass when all slots are taken, and the rest only into slots that are left', async () => {
    const gate = createGate(2);
    const order: number[] = [];
    const chunks = [enter(gate, CHUNK, order), enter(gate, CHUNK + 1, order)];
    const opening = [enter(gate, OPENING, order), enter(gate, OPENING, order)];
    const late = enter(gate, CHUNK + 2, order);
    for (const chunk of chunks) leave(await chunk);
    await settle();
    expect(order).toEqual([CHUNK, CHUNK + 1, OPENING, OPENING]);
    for (const each of opening) leave(await each);
    await late;
    expect(order).toEqual([CHUNK, CHUNK + 1, OPENING, OPENING, CHUNK + 2]);
  });

  it('lets the rest begin beside an opening that leaves a slot free', async () => {
    const gate = createGate(2);
    const order: number[] = [];
    const opening = await enter(gate, OPENING, order);
    expect(await enter(gate, CHUNK, order, 1)).not.toBeNull();
    expect(await enter(gate, CHUNK + 1, order, 1)).toBeNull();
    leave(opening);
    expect(await enter(gate, CHUNK + 2, order, 1)).not.toBeNull();
  });

  it('sends away whoever waited long enough or is called off, and loses no slot by it', async () => {
    const gate = createGate(1);
    const order: number[] = [];
    const first = await enter(gate, CHUNK, order);
    expect(await enter(gate, CHUNK + 1, order, 5)).toBeNull();
    const off = new AbortController();
    const called = gate.enter(CHUNK + 2, 5000, off.signal);
    off.abort();
    expect(await called).toBeNull();
    expect(await gate.enter(CHUNK, 5000, off.signal)).toBeNull();
    leave(first);
    leave(first);
    const second = await enter(gate, CHUNK + 3, order, 5);
    expect(second).not.toBeNull();
    expect(await enter(gate, CHUNK + 4, order, 5)).toBeNull();
  });
});
