import type { ConsoleMessage, Page } from 'playwright-core';

/** What is no fault of the page. */
type Expected = (message: ConsoleMessage) => boolean;

/** Collects what a page says to be wrong, from now on: errors in its console, and what it throws. */
export function faultsOf(page: Page, isExpected: Expected = () => false): string[] {
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'error' || isExpected(message)) return;
    faults.push(`${page.url()}: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error.message}`));
  return faults;
}
