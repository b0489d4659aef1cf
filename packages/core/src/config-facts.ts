/** One variable of the configuration as it is in effect, fit to be shown. */
export interface VariableFacts {
  name: string;
  /** What it takes, as errors say it. */
  about: string;
  from: 'environment' | 'default';
  isSecret: boolean;
  /** Null where there is none, and for secrets: of those only `from` says whether they are set. */
  value: string | null;
}

const SECRET = /SECRET|KEY|PASSWORD|TOKEN|HEADERS/;
const ADDRESS = /^[a-z][a-z0-9+]*:\/\//;

/**
 * What may be shown of a variable: of an address that may hold a password only scheme and hosts, of a path of the
 * machine only its end, of a secret nothing.
 */
export function variableFacts(name: string, about: string, value: unknown, isSet: boolean): VariableFacts {
  const isSecret = SECRET.test(name);
  const text = value === undefined || value === null ? null : String(value);
  return {
    name,
    about,
    from: isSet ? 'environment' : 'default',
    isSecret,
    value: isSecret || text === null ? null : shown(text),
  };
}

function shown(text: string): string {
  const scheme = ADDRESS.exec(text)?.[0];
  if (scheme) {
    // Behind the last @: a password may hold one, and slashes too where nobody refused them.
    const rest = text.slice(Math.max(scheme.length, text.lastIndexOf('@') + 1));
    return `${scheme}${/^[^/?#]*/.exec(rest)?.[0] ?? ''}`;
  }
  return text.startsWith('/') ? `…/${text.split('/').filter(Boolean).at(-1) ?? ''}` : text;
}
