import { z } from 'zod';
import { address, withoutSlash } from './config-values.ts';
import { MarqueeError } from './errors.ts';

/** Where traces go. The headers are secrets. */
export interface TracingConfig {
  /** Of the collector, without a slash at its end. */
  endpoint: string;
  headers: Record<string, string>;
  serviceName: string;
}

/** The part of the configuration's variables that is about it, by the names that OpenTelemetry gave them. */
export const TRACING_VARIABLES = {
  OTEL_EXPORTER_OTLP_ENDPOINT: address('http', 'https').describe(
    'http://127.0.0.1:4318; a collector of OpenTelemetry that takes OTLP over HTTP: traces of all jobs',
  ),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .refine((text) => headersOf(text) !== null, { error: 'it is no list such as name=value,name=value' })
    .optional()
    .describe('headers that the collector wants, such as authorization=Bearer%20token; values percent-encoded'),
  OTEL_SERVICE_NAME: z.string().min(1).max(200).default('marquee').describe('what traces call this house'),
} as const;

/**
 * Reads what belongs to tracing.
 *
 * @returns null where there is no collector
 * @throws MarqueeError CONFIG_INVALID if the address holds what belongs into OTEL_EXPORTER_OTLP_HEADERS
 */
export function tracingOf(
  v: {
    [K in keyof typeof TRACING_VARIABLES]: z.infer<(typeof TRACING_VARIABLES)[K]>;
  },
): TracingConfig | null {
  if (v.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null;
  const { username, password } = new URL(v.OTEL_EXPORTER_OTLP_ENDPOINT);
  if (username + password !== '') {
    throw new MarqueeError(
      'CONFIG_INVALID',
      'OTEL_EXPORTER_OTLP_ENDPOINT holds a name or a password. They belong in OTEL_EXPORTER_OTLP_HEADERS.',
    );
  }
  return {
    endpoint: withoutSlash(v.OTEL_EXPORTER_OTLP_ENDPOINT),
    headers: headersOf(v.OTEL_EXPORTER_OTLP_HEADERS ?? '') ?? {},
    serviceName: v.OTEL_SERVICE_NAME,
  };
}

/** @returns null if it is no list of headers */
function headersOf(text: string): Record<string, string> | null {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',').filter((each) => each.trim() !== '')) {
    const [, name, value] = /^\s*([\w-]+)\s*=\s*(\S+)\s*$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) return null;
    try {
      headers[name.toLowerCase()] = decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return headers;
}
