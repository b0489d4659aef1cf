import { z } from 'zod';
import { MarqueeError } from './errors.ts';

/** A whole number from 1. */
export const positive = z.coerce.number().int().positive();

/** Of queues and keys that several houses may share. */
export const name = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);

/** An address of servers, with one of these schemes. */
export const addressOfSome = (...schemes: string[]) =>
  z
    .string()
    .refine((text) => schemes.some((scheme) => text.startsWith(`${scheme}://`) && text.length > scheme.length + 3), {
      error: `it has to begin with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
      abort: true,
    })
    .optional();

/** An address of one server. */
export const address = (...schemes: string[]) =>
  addressOfSome(...schemes).refine((text) => text === undefined || isUrl(text), {
    error:
      'it is not a whole address; in a user name or a password write %23 for #, %2F for /, %40 for @ and %25 for %',
  });

function isUrl(text: string): boolean {
  try {
    const { username, password, pathname } = new URL(text);
    return typeof decodeURIComponent(username + password + pathname) === 'string';
  } catch {
    return false;
  }
}

/** An address to which a path is added. */
export function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/**
 * An address to which a path is added, of a service whose key is kept apart.
 *
 * @param keyName the variable that a key belongs in
 * @throws MarqueeError CONFIG_INVALID if it holds a name or a password
 */
export function bareAddress(name: string, url: string, keyName: string): string {
  const { username, password } = new URL(url);
  if (username + password !== '')
    throw new MarqueeError('CONFIG_INVALID', `${name} holds a name or a password. A key belongs in ${keyName}.`);
  return withoutSlash(url);
}

/** @returns each language once, as BCP 47 writes it; null if one of them is none */
export function languagesOf(text: string): string[] | null {
  const tags = text
    .split(',')
    .map((tag) => tag.trim())
    .filter(Boolean);
  try {
    const languages = Intl.getCanonicalLocales(tags);
    // A name of a language has the form of a tag, too.
    return languages.every((tag) => /^[a-z]{2,3}(-|$)/.test(tag)) ? languages : null;
  } catch {
    return null;
  }
}
