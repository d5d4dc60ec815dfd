import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { GitEnvironment } from './process.js';
import { spawnGit } from './process.js';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** Why an object could not be read: not in this clone, unreadable, or larger than the bound that was asked for. */
export type ObjectFailure = 'missing' | 'corrupt' | 'ambiguous';

/** Receives one object. `data` is valid during the call only: copy what is kept. */
export interface ObjectHandler {
  object(type: ObjectType, data: Buffer): void;
  /** Called instead of `object` where it is there: the bytes from `start` to `end`, without a view of their own. */
  bytes?(type: ObjectType, data: Buffer, start: number, end: number): void;
  /** From this size on (in bytes) the contents are passed over as they come, and `tooLarge` is called instead. */
  readonly limit?: number;
  tooLarge?(): void;
  failed(reason: ObjectFailure): void;
}

/** Receives the type and the size in bytes of one object. */
export interface InfoHandler {
  info(type: ObjectType, size: number, id: string): void;
  failed(reason: ObjectFailure): void;
}

/** Asks cat-file for the bytes of an object: an id, or `TREE:path`, without a line break. */
export interface ContentsRequest {
  readonly kind: 'contents';
  readonly spec: string;
  readonly handler: ObjectHandler;
}

/** Asks cat-file for type and size alone. */
export interface InfoRequest {
  readonly kind: 'info';
  readonly spec: string;
  readonly handler: InfoHandler;
}

export type Request = ContentsRequest | InfoRequest;

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
/** Bytes from which on an object that comes in pieces is gathered in one place, instead of joined piece by piece. */
const LARGE = 65_536;

/** Splits cat-file's output into answers; keeps only what is incomplete between chunks. */
class AnswerParser {
  private rest: Buffer | undefined;
  /** A large object is gathered here, its full size allotted at once. */
  private large: { readonly type: ObjectType; readonly data: Buffer; filled: number } | undefined;
  /** Bytes still to come of an object that nobody wants. */
  private passing = 0;
  private readonly header = new AnswerHeader();

  constructor(private readonly events: TransportEvents) {}

  push(chunk: Buffer): void {
    let data = chunk;
    let at = 0;
    if (this.large) {
      at = this.gather(this.large, data);
      if (this.large) return;
    } else if (this.rest) {
      data = Buffer.concat([this.rest, data]);
      this.rest = undefined;
    }
    while (at < data.length) {
      if (this.passing > 0) {
        const passed = Math.min(this.passing, data.length - at);
        this.passing -= passed;
        at += passed;
        continue;
      }
      const next = this.answer(data, at);
      if (next < 0) break;
      at = next;
    }
    if (at < data.length && !this.large) this.rest = Buffer.from(data.subarray(at));
  }

  /** Takes one answer and tells where the next one begins; negative while it is not complete. */
  private answer(data: Buffer, at: number): number {
    const { header, events } = this;
    const start = header.read(data, at);
    if (start < 0) return -1;
    const request = events.next();
    if (!request) throw new Error('git cat-file answered more than it was asked');
    const { type, size, failure } = header;
    if (type === undefined) {
      events.answered();
      if (failure === 'missing') events.missing(request);
      else request.handler.failed(failure);
      return start;
    }
    if (request.kind === 'info') {
      events.answered();
      request.handler.info(type, size, header.id(data));
      return start;
    }
    const { handler } = request;
    const end = start + size;
    if (handler.limit !== undefined && size >= handler.limit) {
      events.answered();
      handler.tooLarge?.();
      this.passing = size + 1;
      return start;
    }
    if (end + 1 > data.length) {
      if (size > LARGE) {
        const gathered = Buffer.allocUnsafe(size + 1);
        this.large = { type, data: gathered, filled: data.copy(gathered, 0, start) };
      }
      return -1;
    }
    events.answered();
    deliver(handler, type, data, start, end);
    return end + 1;
  }

  /** Adds to a large object and tells how much was taken; delivers it once it is whole. */
  private gather(large: NonNullable<AnswerParser['large']>, data: Buffer): number {
    const taken = data.copy(large.data, large.filled, 0);
    large.filled += taken;
    if (large.filled < large.data.length) return taken;
    this.large = undefined;
    const request = this.events.next();
    this.events.answered();
    if (request?.kind === 'contents')
      deliver(request.handler, large.type, large.data, 0, large.data.length - 1);
    return taken;
  }
}

function deliver(handler: ObjectHandler, type: ObjectType, data: Buffer, start: number, end: number): void {
  if (handler.bytes) handler.bytes(type, data, start, end);
  else handler.object(type, data.subarray(start, end));
}

const TYPES: ReadonlyMap<number, ObjectType> = new Map(
  (['commit', 'tree', 'blob', 'tag'] as const).map((type) => [
    type.charCodeAt(0) * 256 + type.charCodeAt(1),
    type,
  ]),
);
const SPACE = 32;
const DIGIT_ZERO = 48;
const DIGIT_NINE = 57;

/** The line `ID TYPE SIZE`, read as bytes: there are as many as objects. */
class AnswerHeader {
  /** Undefined where Git says something else there (`missing`, `ambiguous`, `submodule`): no object. */
  type: ObjectType | undefined;
  size = 0;
  failure: ObjectFailure = 'missing';
  private start = 0;
  private idEnd = 0;

  /** Reads the line at `at` and tells where the next one begins; negative while the line is not complete. */
  read(data: Buffer, at: number): number {
    const lineEnd = data.indexOf(NEWLINE, at);
    if (lineEnd < 0) return -1;
    this.start = at;
    let end = at;
    while (end < lineEnd && data[end] !== SPACE) end += 1;
    this.idEnd = end;
    this.type = TYPES.get((data[end + 1] ?? 0) * 256 + (data[end + 2] ?? 0));
    if (this.type !== undefined) {
      const sizeAt = end + this.type.length + 2;
      this.size = data[sizeAt - 1] === SPACE ? readNumber(data, sizeAt, lineEnd) : -1;
      if (this.size < 0) this.type = undefined;
    }
    if (this.type === undefined)
      this.failure = data.toString('latin1', at, lineEnd).endsWith(' ambiguous') ? 'ambiguous' : 'missing';
    return lineEnd + 1;
  }

  id(data: Buffer): string {
    return data.toString('latin1', this.start, this.idEnd);
  }
}

/** A decimal number; negative for anything else. */
function readNumber(data: Buffer, start: number, end: number): number {
  if (start >= end) return -1;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const digit = data[at] ?? 0;
    if (digit < DIGIT_ZERO || digit > DIGIT_NINE) return -1;
    value = value * 10 + (digit - DIGIT_ZERO);
  }
  return value;
}

/** Git 2.36 and newer: contents and sizes in any order through one process. */
export class BatchCommand implements Transport {
  private readonly child: ChildProcessWithoutNullStreams;

  constructor(options: ReaderOptions, events: TransportEvents) {
    this.child = start(options, ['cat-file', '--batch-command', '--buffer'], events);
  }

  write(batch: readonly Request[]): void {
    const lines = batch.map(({ kind, spec }) => `${kind} ${spec}`);
    lines.push('flush\n');
    this.child.stdin.write(lines.join('\n'));
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
