import { describe, expect, it } from 'vitest';
import { costsOfAMonth, costsOfAnHour, DEFAULTS, type Line } from '../costs.ts';

const usdOf = (lines: Line[], what: string) => lines.find((line) => line.what === what)?.usd ?? Number.NaN;

describe('costs on AWS', () => {
  it('follow from the measured work, and from prices', () => {
    // 51 s for 89 s, on Spot, with 2 GB to a core, busy 70 % of the time.
    const made = ((51 / 89) * (0.04048 + 2 * 0.004445) * 0.3) / 0.7;
    expect(usdOf(costsOfAnHour(DEFAULTS), 'making it')).toBeCloseTo(made, 10);
    const dear = costsOfAnHour({ ...DEFAULTS, 'vcpu-hour': 0.08096, 'gb-hour': 0.00889 });
    expect(usdOf(dear, 'making it')).toBeCloseTo(2 * made, 10);
    expect(usdOf(costsOfAnHour({ ...DEFAULTS, rungs: 9 }), 'writing it')).toBeCloseTo(0.045, 10);
  });

  it('are less where nothing waits for work', () => {
    const sum = (lines: Line[]) => lines.reduce((all, { usd }) => all + usd, 0);
    const idle = sum(costsOfAMonth({ ...DEFAULTS, 'transcode-min': 0 }));
    expect(sum(costsOfAMonth(DEFAULTS)) - idle).toBeGreaterThan(40);
  });
});
