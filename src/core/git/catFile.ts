import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { GitEnvironment } from './process.js';
import { spawnGit } from './process.js';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** Why an object could not be read: not in this clone, unreadable, or larger than the bound that was asked for. */
export type ObjectFailure = 'missing' | 'corrupt' | 'ambiguous';

/** Receives one object. `data` is valid during the call only: copy what is kept. */
export interface ObjectHandler {
  object(type: ObjectType, data: Buffer, id: string): void;
  /** Called instead of `object` where it is there: the bytes from `start` to `end`, without a view of their own. */
  bytes?(type: ObjectType, data: Buffer, start: number, end: number): void;
  failed(reason: ObjectFailure): void;
}

/** Receives the type and the size in bytes of one object. */
export interface InfoHandler {
  info(type: ObjectType, size: number, id: string): void;
  failed(reason: ObjectFailure): void;
}

/** One question to cat-file. */
export type Request =
  | { readonly kind: 'contents'; readonly spec: string; readonly handler: ObjectHandler }
  | { readonly kind: 'info'; readonly spec: string; readonly handler: InfoHandler };

export interface ReaderOptions {
  readonly cwd: string;
  readonly git: GitEnvironment;
  readonly signal?: AbortSignal;
}

/** What happens between a transport and who asked. */
export interface TransportEvents {
  next(): Request | undefined;
  answered(): void;
  chunkDone(): void;
  ended(exitCode: number | null, stderr: string): void;
  broken(error: unknown): void;
  missing(request: Request): void;
  /** Error output as it comes. */
  said(text: string): void;
}

/** One way to talk to cat-file. */
export interface Transport {
  write(batch: readonly Request[]): void;
  close(): void;
}

const NEWLINE = 10;

/** Splits cat-file's output into answers; keeps only what is incomplete between chunks. */
class AnswerParser {
  private rest: Buffer | undefined;
  /** A large object is gathered here, its full size allotted at once. */
  private large: { readonly header: Header; readonly data: Buffer; filled: number } | undefined;

  constructor(private readonly events: TransportEvents) {}

  push(chunk: Buffer): void {
    let data = chunk;
    if (this.large) {
      const { large } = this;
      const wanted = large.data.length - large.filled;
      const taken = Math.min(wanted, data.length);
      data.copy(large.data, large.filled, 0, taken);
      large.filled += taken;
      if (large.filled < large.data.length) return;
      this.large = undefined;
      const request = this.events.next();
      if (request) this.deliver(request, large.header, large.data, 0, large.data.length - 1);
      data = data.subarray(taken);
    } else if (this.rest) {
      data = Buffer.concat([this.rest, data]);
    }
    this.rest = undefined;
    let at = 0;
    while (at < data.length) {
      const lineEnd = data.indexOf(NEWLINE, at);
      if (lineEnd < 0) break;
      const header = parseHeader(data, at, lineEnd);
      const request = this.events.next();
      if (!request) throw new Error('git cat-file answered more than it was asked');
      if (request.kind === 'info' || 'failure' in header) {
        this.deliver(request, header, NOTHING, 0, 0);
        at = lineEnd + 1;
        continue;
      }
      const start = lineEnd + 1;
      const end = start + header.size;
      if (end + 1 > data.length) {
        if (header.size <= 65_536) break;
        const gathered = Buffer.allocUnsafe(header.size + 1);
        const filled = data.copy(gathered, 0, start);
        this.large = { header, data: gathered, filled };
        return;
      }
      this.deliver(request, header, data, start, end);
      at = end + 1;
    }
    if (at < data.length) this.rest = Buffer.from(data.subarray(at));
  }

  private deliver(request: Request, header: Header, data: Buffer, start: number, end: number): void {
    this.events.answered();
    if ('failure' in header && header.failure === 'missing') this.events.missing(request);
    else if ('failure' in header) request.handler.failed(header.failure);
    else if (request.kind === 'info') request.handler.info(header.type, header.size, header.id);
    else if (request.handler.bytes) request.handler.bytes(header.type, data, start, end);
    else request.handler.object(header.type, data.subarray(start, end), header.id);
  }
}

type Header =
  | { readonly id: string; readonly type: ObjectType; readonly size: number }
  | { readonly failure: ObjectFailure };

const NOTHING = Buffer.alloc(0);
const TYPES: Readonly<Record<string, ObjectType>> = {
  commit: 'commit',
  tree: 'tree',
  blob: 'blob',
  tag: 'tag',
};
const SIZE = /^\d+$/;

/** Reads `ID TYPE SIZE`; whatever else Git says there (`missing`, `ambiguous`, `submodule`) means no object. */
function parseHeader(data: Buffer, start: number, end: number): Header {
  const text = data.toString('latin1', start, end);
  const first = text.indexOf(' ');
  const second = text.indexOf(' ', first + 1);
  const type = second < 0 ? undefined : TYPES[text.slice(first + 1, second)];
  const size = second < 0 ? '' : text.slice(second + 1);
  if (type === undefined || !SIZE.test(size))
    return { failure: text.endsWith(' ambiguous') ? 'ambiguous' : 'missing' };
  return { id: text.slice(0, first), type, size: Number(size) };
}

/** Git 2.36 and newer: contents and sizes in any order through one process. */
export class BatchCommand implements Transport {
  private readonly child: ChildProcessWithoutNullStreams;

  constructor(options: ReaderOptions, events: TransportEvents) {
    this.child = start(options, ['cat-file', '--batch-command', '--buffer'], events);
  }

  write(batch: readonly Request[]): void {
    let text = '';
    for (const request of batch) text += `${request.kind} ${request.spec}\n`;
    this.child.stdin.write(`${text}flush\n`);
  }

  close(): void {
    this.child.removeAllListeners('close');
    this.child.stdin.end();
    this.child.stdout.destroy();
    this.child.kill();
  }
}

/** Git before 2.36: contents from `--batch`, sizes from `--batch-check`, asked one kind at a time to keep the order. */
export class LegacyBatch implements Transport {
  private readonly children = new Map<Request['kind'], ChildProcessWithoutNullStreams>();
  private pending: Request[] = [];
  private current: { kind: Request['kind']; left: number } | undefined;

  constructor(
    private readonly options: ReaderOptions,
    private readonly events: TransportEvents,
  ) {}

  write(batch: readonly Request[]): void {
    this.pending.push(...batch);
    this.advance();
  }

  private advance(): void {
    const first = this.pending[0];
    if (this.current || !first) return;
    let count = 0;
    while (this.pending[count]?.kind === first.kind) count += 1;
    const run = this.pending.splice(0, count);
    this.current = { kind: first.kind, left: count };
    let child = this.children.get(first.kind);
    if (!child) {
      const flag = first.kind === 'contents' ? '--batch' : '--batch-check';
      child = start(this.options, ['cat-file', flag], {
        ...this.events,
        answered: () => {
          this.events.answered();
          if (this.current) this.current.left -= 1;
          if (this.current?.left === 0) {
            this.current = undefined;
            this.advance();
          }
        },
        ended: (exitCode, stderr) => {
          this.children.delete(first.kind);
          this.close();
          this.events.ended(exitCode, stderr);
        },
      });
      this.children.set(first.kind, child);
    }
    child.stdin.write(run.map((request) => `${request.spec}\n`).join(''));
  }

  close(): void {
    for (const child of this.children.values()) {
      child.removeAllListeners('close');
      child.stdin.end();
      child.kill();
    }
    this.children.clear();
  }
}

function start(
  options: ReaderOptions,
  args: readonly string[],
  events: TransportEvents,
): ChildProcessWithoutNullStreams {
  const child = spawnGit(options.git, args, options);
  const parser = new AnswerParser(events);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const text = chunk.toString('utf8');
    if (stderr.length < 65_536) stderr += text;
    events.said(text);
  });
  child.stdin.on('error', () => undefined); // `close` tells why the process went away
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      parser.push(chunk);
      events.chunkDone();
    } catch (error) {
      events.broken(error);
    }
  });
  child.on('error', (error) => events.broken(options.signal?.aborted ? options.signal.reason : error));
  child.on('close', (exitCode) => events.ended(exitCode, stderr));
  return child;
}
