import { redacted } from '../elsewhere.js';
import { parseValuePath } from '../targets/valuePath.js';

/** What one instance of a service reports, or why that is not known. */
export interface Answer {
  /** Without user and password. */
  readonly address: string;
  /** Several where a server has several versions loaded. */
  readonly values: readonly string[];
  readonly error?: string;
}

export interface AskOptions {
  /** Where the version stands in the JSON answer; without it `version`, `model_version` or OIP's `versions`. */
  readonly reports?: string;
  /** Milliseconds; 5,000 by default. */
  readonly timeout?: number;
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
}

/** Bytes of an answer that are read. */
const LIMIT = 1024 * 1024;

/**
 * Asks one address what runs there: one GET, no redirects followed, at most 1 MB. Never throws but for the signal.
 */
export async function askService(address: string, options: AskOptions = {}): Promise<Answer> {
  const shown = redacted(address);
  const failed = (error: string): Answer => ({ address: shown, values: [], error });
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return failed('is no address');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return failed(`"${url.protocol}" is neither http nor https`);
  const headers: Record<string, string> = { accept: 'application/json' };
  if (url.username !== '') {
    const user = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers['authorization'] = `Basic ${Buffer.from(user).toString('base64')}`;
    url.username = '';
    url.password = '';
  }
  const timeout = options.timeout ?? 5_000;
  const limit = AbortSignal.timeout(timeout);
  try {
    const response = await (options.fetch ?? fetch)(url, {
      headers,
      redirect: 'manual',
      signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
    });
    if (!response.ok) {
      await response.body?.cancel();
      const where = response.headers.get('location');
      return failed(
        `answered ${response.status}${where === null ? '' : `, pointing to ${redacted(where).slice(0, 200)}`}`,
      );
    }
    const text = await textOf(response);
    if (text === null) return failed('answered with more than 1 MB');
    const read = readVersion(text, options.reports);
    return 'error' in read ? failed(read.error) : { address: shown, values: read.values };
  } catch (error) {
    options.signal?.throwIfAborted();
    return failed(limit.aborted ? `did not answer within ${timeout / 1000} s` : networkReason(error));
  }
}

/** The versions that an answer names. */
export function readVersion(
  text: string,
  reports: string | undefined,
): { readonly values: readonly string[] } | { readonly error: string } {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return { error: 'did not answer with JSON' };
  }
  if (reports !== undefined) {
    const steps = parseValuePath(reports);
    if ('problem' in steps) return { error: steps.problem };
    const values = valuesOf(steps.path.reduce<unknown>((at, step) => member(at, step), data));
    return values === null ? { error: `has nothing at "${reports}" in its answer` } : { values };
  }
  for (const name of ['version', 'model_version', 'versions']) {
    const values = valuesOf(member(data, name));
    if (values !== null) return { values };
  }
  return { error: 'names no version in its answer: say where it stands with "reports"' };
}

function member(data: unknown, step: string | number): unknown {
  if (Array.isArray(data))
    return /^\d{1,9}$/.test(String(step)) ? (data as unknown[])[Number(step)] : undefined;
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, step)) return undefined;
  return Object.getOwnPropertyDescriptor(data, step)?.value;
}

function valuesOf(data: unknown): readonly string[] | null {
  const list: readonly unknown[] = Array.isArray(data) ? (data as unknown[]).slice(0, 100) : [data];
  const texts = list.flatMap((value) => {
    if (typeof value === 'number') return [String(value)];
    return typeof value === 'string' && value.length < 500 ? [value] : [];
  });
  return texts.length > 0 && texts.length === list.length ? texts : null;
}

async function textOf(response: Response): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  for (let next = await reader?.read(); next?.value !== undefined; next = await reader?.read()) {
    size += next.value.length;
    if (size > LIMIT) {
      await reader?.cancel();
      return null;
    }
    parts.push(next.value);
  }
  return Buffer.concat(parts).toString('utf8');
}

function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ECONNREFUSED') return 'refused the connection';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'has no such host';
  return `cannot be reached${code === '' ? '' : ` (${code})`}`;
}
