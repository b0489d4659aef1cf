/** Letters of a body that are shown; what is longer is cut, and says so. */
const MAX_CHARS = 16_000;
const HIDDEN = '(hidden)';
/** Names under which a secret may travel. Our own messages carry none; a foreign one may lie in a queue all the same. */
const SECRET_NAME =
  /secret|passw|token|authori[sz]ation|credential|cookie|signature|api[-_]?key|access[-_]?key|private[-_]?key/i;
/**
 * The part of an address that lets somebody in: user and password, or a signed query. Every length is bounded, so
 * that a long text without any address costs no more than its length.
 */
const USER_IN_ADDRESS = /([a-z][a-z0-9+.-]{0,20}:\/\/)[^/@\s"]{1,2000}@/gi;
const QUERY_OF_ADDRESS = /([a-z][a-z0-9+.-]{0,20}:\/\/[^\s?"#]{1,2000})\?[^\s"#]*/gi;

/** The body of a message as text for people to read: indented, without anything that looks like a secret. */
export function letterText(body: unknown): string {
  const text =
    typeof body === 'string'
      ? withoutSecrets(body)
      : (JSON.stringify(body, (name, value: unknown) => (SECRET_NAME.test(name) ? HIDDEN : cleaned(value)), 2) ?? '');
  return text.length > MAX_CHARS
    ? `${text.slice(0, MAX_CHARS)}\n… and ${text.length - MAX_CHARS} more characters`
    : text;
}

/** Takes out of a sentence what lets somebody in. */
export function withoutSecrets(text: string): string {
  return text.replace(USER_IN_ADDRESS, `$1${HIDDEN}@`).replace(QUERY_OF_ADDRESS, `$1?${HIDDEN}`);
}

function cleaned(value: unknown): unknown {
  return typeof value === 'string' ? withoutSecrets(value) : value;
}
