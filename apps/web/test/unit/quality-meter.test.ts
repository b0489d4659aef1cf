import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QualityMeter } from '../../components/watch/quality-meter.ts';

describe('the quality meter', () => {
  it('counts from the wish to the first picture, and stalls as what they are', () => {
    const meter = new QualityMeter();
    expect(meter.isWished).toBe(false);
    meter.wish(1000);
    meter.stall(1100);
    expect(meter.measured(1200)).toMatchObject({ startupMs: null, stalls: 0 });
    meter.move(1450);
    meter.show('240', 1450);
    meter.show('720', 3450);
    meter.stall(5450);
    meter.move(6250);
    meter.rest(7250);
    meter.wish(60_000);
    meter.move(61_000);
    expect(meter.measured(62_000)).toEqual({
      startupMs: 450,
      stalls: 1,
      stalledMs: 800,
      watchedSec: 6,
      rungSec: { 240: 2, 720: 4 },
      error: null,
    });
  });

  it('begins anew for whoever changed their mind before the first picture', () => {
    const meter = new QualityMeter();
    meter.wish(0);
    meter.rest(500);
    meter.wish(90_000);
    meter.move(90_300);
    expect(meter.measured(90_300).startupMs).toBe(300);
  });

  it('takes a wait after a pause or a seek for no stall, and knows what broke', () => {
    const meter = new QualityMeter();
    meter.move(0);
    meter.rest(1000);
    meter.stall(1100);
    meter.fail('decode', 1200);
    expect(meter.measured(9000)).toMatchObject({ stalls: 0, stalledMs: 0, watchedSec: 1, error: 'decode' });
  });

  it('never counts more time than passed, whatever happens in which order', () => {
    const event = fc.record({
      what: fc.constantFrom('wish', 'move', 'stall', 'rest' as const),
      afterMs: fc.nat(5000),
    });
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const meter = new QualityMeter();
        let nowMs = 0;
        for (const { what, afterMs } of events) {
          nowMs += afterMs;
          meter[what](nowMs);
        }
        const { watchedSec, stalledMs, startupMs } = meter.measured(nowMs);
        expect(watchedSec * 1000 + stalledMs).toBeLessThanOrEqual(nowMs + 6);
        expect(startupMs ?? 0).toBeLessThanOrEqual(nowMs);
      }),
    );
  });
});
