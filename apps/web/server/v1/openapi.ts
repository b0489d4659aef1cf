import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { OPERATIONS, type Operation } from './operations.ts';
import { EVENTS, NAMED, PROBLEM } from './schemas.ts';

type Json = Record<string, unknown>;

/** What any request may be answered with: no token, the wrong one, too many, a fault of ours, an engine away. */
const ALWAYS = [401, 403, 429, 500, 503];
/** Of those that read what somebody sends. */
const NOT_ACCEPTED = 400;
const TOO_LARGE = 413;

const REFUSALS = [
  ...new Set([...ALWAYS, NOT_ACCEPTED, TOO_LARGE, ...OPERATIONS.flatMap(({ refusals = [] }) => refusals)]),
].sort((a, b) => a - b);

/** The description of the API (OpenAPI 3.1), made of what its routes check by. */
export function openApi(): Json {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    const path = paths[operation.path] ?? {};
    path[operation.method.toLowerCase()] = describe(operation);
    paths[operation.path] = path;
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Marquee',
      version: '1',
      description: 'Films, uploads, jobs and search of a house, for programs.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/api/v1' }],
    tags: ['movies', 'uploads', 'jobs', 'search'].map((name) => ({ name })),
    paths,
    webhooks: Object.fromEntries(Object.entries(EVENTS).map(([name, event]) => [name, { post: told(event) }])),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token that an admin made on /admin/tokens' },
      },
      responses: Object.fromEntries(REFUSALS.map((status) => [nameOf(status), refusal(status)])),
      schemas: namedSchemas(),
    },
  };
}

/** As `docs/api/openapi.json` holds it. */
export function openApiText(): string {
  return `${JSON.stringify(openApi(), null, 2)}\n`;
}

function describe(operation: Operation): Json {
  const { id, path, scope, summary, note, query, body, answer, refusals = [] } = operation;
  const sent = body ? [NOT_ACCEPTED, TOO_LARGE] : query ? [NOT_ACCEPTED] : [];
  const statuses = [...new Set([...sent, ...refusals, ...ALWAYS])].sort((a, b) => a - b);
  return {
    operationId: id,
    tags: [path.split('/')[1]],
    summary,
    ...(note === undefined ? {} : { description: note }),
    security: [{ token: [scope] }],
    parameters: [...pathParameters(path), ...queryParameters(query), ...headerParameters(operation)],
    ...(body ? { requestBody: { required: true, content: json(body) } } : {}),
    responses: {
      [answer.status]: {
        description: answer.description,
        ...(answer.hasEtag ? { headers: { ETag: { schema: { type: 'string' } } } } : {}),
        ...(answer.schema ? { content: json(answer.schema) } : {}),
      },
      ...Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }])),
    },
  };
}

/** What comes to an address that an admin gave, and by which headers it is checked (Standard Webhooks). */
function told({ summary, schema }: { summary: string; schema: z.ZodType }): Json {
  const headers = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  return {
    summary,
    security: [],
    parameters: headers.map((name) => ({ name, in: 'header', required: true, schema: { type: 'string' } })),
    requestBody: { required: true, content: json(schema) },
    responses: { '2XX': { description: 'Taken. Whatever else is answered, it is sent again.' } },
  };
}

/** `NotFound` for 404. */
function nameOf(status: number): string {
  return (STATUS_CODES[status] ?? String(status)).replace(/\W/g, '');
}

function refusal(status: number): Json {
  return {
    description: STATUS_CODES[status],
    ...(status === 429 ? { headers: { 'Retry-After': { schema: { type: 'integer' } } } } : {}),
    ...(status === 401 ? { headers: { 'WWW-Authenticate': { schema: { type: 'string' } } } } : {}),
    content: { 'application/problem+json': { schema: reference(PROBLEM) } },
  };
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodType | undefined): Json[] {
  if (!query) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(query, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => {
    const { description, ...rest } = schema as Json;
    const isRequired = required.includes(name);
    return { name, in: 'query', required: isRequired, ...(description ? { description } : {}), schema: rest };
  });
}

function headerParameters({ headers = [] }: Operation): Json[] {
  return headers.map(({ name, isRequired, description }) => ({
    name,
    in: 'header',
    required: isRequired,
    description,
    schema: { type: 'string' },
  }));
}

function json(schema: z.ZodType): Json {
  return { 'application/json': { schema: reference(schema) } };
}

function reference(schema: z.ZodType): Json {
  return { $ref: addressOf(NAMED.get(schema)?.id ?? '') };
}

function addressOf(id: string): string {
  return `#/components/schemas/${id}`;
}

/** With answers as with requests: a program that reads one should not mind what is added later. */
function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(NAMED, { io: 'input', uri: addressOf });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema]),
  );
}
