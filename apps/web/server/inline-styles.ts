import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';

/** A style sheet in the head of a page, as it is written there. */
const SHEET = /<link rel="stylesheet" href="(\/_next\/static\/(?:[\w~-]+[./])+css)" nonce="([\w+/=-]+)"[^>]*\/>/g;
/** What is larger is better off in a file that browsers keep. */
const MOST_BYTES = 80_000;

/**
 * Puts style sheets into the pages that ask for them: on a slow line a page then draws without waiting for a file. The
 * page's scripts ask for the file afterwards, so that it is at hand for the next page. (Next's own way puts the text into
 * a page three times, which costs a third more.)
 *
 * @param buildDir where the production build is
 * @returns what has to be called with a response before anything is written to it
 */
export function inlineStyles(buildDir: string): (response: ServerResponse) => void {
  const sheets = new Map<string, string | null>();

  function sheetOf(path: string): string | null {
    const known = sheets.get(path);
    if (known !== undefined) return known;
    let text: string | null = null;
    try {
      text = readFileSync(join(buildDir, path.replace('/_next/', '')), 'utf8');
    } catch {
      // Of another build than this one: then the page does with the file.
    }
    const isFit = text !== null && text.length <= MOST_BYTES && !/<\/style/i.test(text);
    const sheet = isFit ? fromPage(text as string, path) : null;
    sheets.set(path, sheet);
    return sheet;
  }

  const inlined = (html: string) =>
    html.replace(SHEET, (link: string, path: string, nonce: string) => {
      const sheet = sheetOf(path);
      return sheet === null ? link : `<style nonce="${nonce}">${sheet}</style>`;
    });

  return (response) => {
    let isFirst = true;
    const wrap = (write: (...args: never[]) => unknown) =>
      ((chunk: unknown, ...rest: unknown[]) => {
        const isHead = isFirst && isPage(response) && (typeof chunk === 'string' || chunk instanceof Uint8Array);
        isFirst = false;
        const sent = isHead ? inlined(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')) : chunk;
        return Reflect.apply(write, response, [sent, ...rest]);
      }) as never;
    response.write = wrap(response.write);
    response.end = wrap(response.end);
  };
}

/** A sheet's addresses are relative to where it is, which is not where the page is. */
function fromPage(sheet: string, path: string): string {
  return sheet.replace(/url\((["']?)(\.\.?\/[^)"']+)/g, (_, quote: string, relative: string) => {
    const { pathname } = new URL(relative, `http://site${path}`);
    return `url(${quote}${pathname}`;
  });
}

function isPage(response: ServerResponse): boolean {
  const isHtml = String(response.getHeader('Content-Type')).startsWith('text/html');
  return isHtml && !response.hasHeader('Content-Length');
}
