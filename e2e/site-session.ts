/** Who the helper is in the house that it sets up. */
const ADMIN = { name: 'Usher', email: 'usher@example.org' };

/**
 * Signs in as the first admin, whom it makes where the house has none: through the site's own forms, sent as a
 * browser without scripts sends them.
 *
 * @param site its address and the set-up token, from which the password is made
 * @returns the value of a Cookie header
 * @throws Error with what the page said if it does not let in
 */
export async function signInToSite(site: { url: string; secret: string }): Promise<string> {
  const password = `${site.secret} of the usher`;
  const jar = new Map<string, string>();
  const setup = await open(site.url, '/admin/setup', jar);
  if (setup === null) {
    await send(site.url, '/sign-in', jar, { email: ADMIN.email, password });
  } else {
    await send(site.url, '/admin/setup', jar, { token: site.secret });
    await send(site.url, '/admin/setup', jar, { ...ADMIN, password });
  }
  const session = [...jar].find(([name]) => name.endsWith('marquee-session'));
  if (!session) throw new Error('The site let nobody in.');
  return session.join('=');
}

/** @returns the page, or null if it leads elsewhere */
async function open(url: string, path: string, jar: Map<string, string>): Promise<string | null> {
  const answer = await fetch(new URL(path, url), { headers: { cookie: cookies(jar) }, redirect: 'manual' });
  if (answer.status >= 300 && answer.status < 400) return null;
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}.`);
  return answer.text();
}

async function send(url: string, path: string, jar: Map<string, string>, fields: Record<string, string>) {
  const page = await open(url, path, jar);
  if (page === null) throw new Error(`${path} leads elsewhere.`);
  const form = new FormData();
  // What the page's own form says of its action.
  for (const [input] of page.matchAll(/<input[^>]+type="hidden"[^>]*>/g)) {
    form.append(attribute(input, 'name'), attribute(input, 'value'));
  }
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const answer = await fetch(new URL(path, url), {
    method: 'POST',
    body: form,
    headers: { cookie: cookies(jar), origin: url },
    redirect: 'manual',
  });
  for (const cookie of answer.headers.getSetCookie()) {
    const [name = '', ...value] = (cookie.split(';')[0] ?? '').split('=');
    jar.set(name, value.join('='));
  }
  if (answer.status !== 303) {
    const said = /aria-live="polite"[^>]*>([^<]*)/.exec(await answer.text())?.[1];
    throw new Error(`${path} does not go on: ${said || `status ${answer.status}`}`);
  }
}

function cookies(jar: Map<string, string>): string {
  return [...jar].map((pair) => pair.join('=')).join('; ');
}

function attribute(tag: string, name: string): string {
  const text = new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#x27;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
