import type { Reporter, TestModule } from 'vitest/node';

/** Ends a test run with one line that a machine can read: `N passed, N failed, N skipped`. */
export class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const each of modules) {
      for (const test of each.children.allTests()) {
        const { state } = test.result();
        // A test that was never reached did not pass.
        totals[state === 'pending' ? 'failed' : state]++;
      }
      // A file that could not be loaded has no tests to count.
      if (each.errors().length > 0) totals.failed += each.errors().length;
    }
    // After everything that the other reporters print at the end.
    process.once('exit', () => {
      process.stdout.write(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`);
    });
    // Where services are required, a test that was left out is a test that failed.
    if (this.#isStrict && totals.skipped > 0) process.exitCode = 1;
  }

  readonly #isStrict: boolean;

  /** @param isStrict true to fail a run in which tests were skipped */
  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
  }
}
