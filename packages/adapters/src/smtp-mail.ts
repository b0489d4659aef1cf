import { MarqueeError } from '@marquee/core/errors';
import type { Mail } from '@marquee/core/ports';
import { createTransport } from 'nodemailer';

/** A mail server that says nothing for this long is away. */
const PATIENCE_MS = 10_000;

/**
 * Hands mail over to a server.
 *
 * @param options.url `smtp://user:password@host:587` (turned into TLS where the server offers it) or `smtps://`
 * @param options.from the sender
 */
export function createSmtpMail(options: { url: string; from: string }): Mail {
  const transport = createTransport(options.url, { from: options.from });
  return {
    async send({ to, subject, text }) {
      const timeout = new Promise<never>((_, reject) => {
        setTimeout(reject, PATIENCE_MS, new Error('No answer in time.')).unref();
      });
      try {
        await Promise.race([transport.sendMail({ to, subject, text }), timeout]);
      } catch (cause) {
        throw new MarqueeError('MAIL_DOWN', 'The mail server does not take mail. Check SMTP_URL and MAIL_FROM.', {
          cause,
        });
      }
    },
  };
}
