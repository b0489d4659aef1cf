import { describe, expect, it } from 'vitest';
import { watchStore } from '../runtime/store-watch.ts';

/** A store on a clock of its own. */
function scene() {
  let atMs = 1_000_000;
  const watch = watchStore(() => atMs);
  const pass = (ms: number) => {
    atMs += ms;
  };
  const answers = (tookMs = 5) => watch.see(async () => pass(tookMs));
  const fails = async (tookMs = 5) => {
    const call = async () => {
      pass(tookMs);
      throw new Error('away');
    };
    await expect(watch.see(call)).rejects.toThrow('away');
  };
  return { watch, pass, answers, fails };
}

describe('what a process knows of the store', () => {
  it('trusts no lease at first, as the store may have been away before', async () => {
    const { watch, pass, answers } = scene();
    await answers();
    expect(watch.trustsLeases()).toBe(false);
    pass(6000);
    expect(watch.trustsLeases()).toBe(true);
  });

  it.each([
    ['a call that hung until it was back', async ({ answers }: ReturnType<typeof scene>) => answers(4000)],
    [
      'a call that hung and failed',
      async ({ fails, answers }: ReturnType<typeof scene>) => {
        await fails(4500);
        await answers();
      },
    ],
    [
      'two that failed at once',
      async ({ fails, answers }: ReturnType<typeof scene>) => {
        await fails();
        await fails();
        await answers();
      },
    ],
  ])('gives holders time after %s', async (_, outage) => {
    const at = scene();
    at.pass(60_000);
    expect(at.watch.trustsLeases()).toBe(true);
    await outage(at);
    expect(at.watch.trustsLeases()).toBe(false);
    at.pass(5900);
    expect(at.watch.trustsLeases()).toBe(false);
    at.pass(100);
    expect(at.watch.trustsLeases()).toBe(true);
  });

  it('trusts none while the store is away, and does not take one failure for that', async () => {
    const { watch, pass, fails, answers } = scene();
    pass(60_000);
    await fails();
    expect(watch.trustsLeases()).toBe(true);
    await answers();
    await fails();
    await fails();
    pass(60_000);
    expect(watch.trustsLeases()).toBe(false);
  });
});
