import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { GitEnvironment } from './process.js';
import { isObjectId } from './ids.js';
import { withoutLazyFetch } from './localObjects.js';
import { GitError, gitFailure, spawnGit } from './process.js';
import type { Repository } from './repository.js';

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

type Request =
  | { readonly kind: 'contents'; readonly spec: string; readonly handler: ObjectHandler }
  | { readonly kind: 'info'; readonly spec: string; readonly handler: InfoHandler };

/** How much is written ahead of the answers: enough to keep Git busy, little enough to bound its buffers. */
const IN_FLIGHT = 8192;

/** Milliseconds in which Git's error output, a pipe of its own, catches up with its answers. */
const STDERR_DELAY = 15;

interface ReaderOptions {
  readonly cwd: string;
  readonly git: GitEnvironment;
  readonly signal?: AbortSignal;
}

/** A reader of a repository's objects; never fetches one that is not local. The caller closes it. */
export function openObjects(
  repository: Pick<Repository, 'root' | 'git' | 'commonDir' | 'objectFormat'>,
  options: { readonly signal?: AbortSignal } = {},
): ObjectReader {
  const git = withoutLazyFetch(repository.git, repository.commonDir, repository.objectFormat);
  return new ObjectReader({ cwd: repository.root, git, ...options });
}

/**
 * Reads any number of objects through one `git cat-file --batch-command --buffer` (Git 2.36), or through two
 * unbuffered processes where Git is older. Handlers may ask for more; answers come in the order of the
 * requests. A corrupt object kills cat-file: it is reported to its own handler and a new process goes on.
 */
export class ObjectReader {
  private readonly queue: Request[] = [];
  private head = 0;
  private sent = 0;
  private transport: Transport | undefined;
  private waiting: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  private failure: Error | undefined;
  private scheduled = false;
  /** Objects that Git calls missing, until its other words tell whether they are damaged. */
  private readonly unclear: { readonly id: string; readonly handler: Request['handler'] }[] = [];
  private readonly damaged = new Set<string>();
  private telling: NodeJS.Timeout | undefined;
  private static readonly batchCommand = new Map<string, boolean>();

  constructor(private readonly options: ReaderOptions) {}

  /** Asks for the bytes of an object: an id, or `TREE:path`. */
  contents(spec: string, handler: ObjectHandler): void {
    this.push({ kind: 'contents', spec, handler });
  }

  /** Asks for the type and size of an object without its bytes. */
  info(spec: string, handler: InfoHandler): void {
    this.push({ kind: 'info', spec, handler });
  }

  /** Resolves when every request, those of handlers included, was answered. */
  async settle(): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (this.head === this.queue.length) return;
    await new Promise<void>((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.send();
    });
  }

  /** Ends the processes; the reader cannot be used afterwards. */
  close(): void {
    clearTimeout(this.telling);
    this.transport?.close();
    this.transport = undefined;
  }

  private push(request: Request): void {
    // A spec with a line break would be read as two: such paths are answered as missing, never sent.
    if (request.spec.includes('\n')) {
      queueMicrotask(() => {
        request.handler.failed('missing');
        this.finishIfIdle();
      });
      return;
    }
    this.queue.push(request);
    if (!this.scheduled && this.waiting) {
      this.scheduled = true;
      queueMicrotask(() => {
        this.scheduled = false;
        this.send();
      });
    }
  }

  private send(): void {
    if (this.failure !== undefined) return;
    const limit = Math.min(this.queue.length, this.head + IN_FLIGHT);
    if (this.sent >= limit) return;
    this.transport ??= this.open();
    const batch = this.queue.slice(this.sent, limit);
    this.sent = limit;
    this.transport.write(batch);
  }

  private open(): Transport {
    const supported = ObjectReader.batchCommand.get(this.options.git.program) ?? true;
    const events: TransportEvents = {
      next: () => this.queue[this.head],
      answered: () => this.answered(),
      chunkDone: () => this.afterChunk(),
      ended: (exitCode, stderr) => this.ended(exitCode, stderr, supported),
      broken: (error) => this.fail(error),
      missing: (request) => this.missing(request),
      said: (text) => {
        for (const [id] of text.matchAll(/\b(?:[0-9a-f]{40}|[0-9a-f]{64})\b/g)) this.damaged.add(id);
      },
    };
    return supported ? new BatchCommand(this.options, events) : new LegacyBatch(this.options, events);
  }

  private answered(): void {
    this.head += 1;
    // Answered requests are dropped in blocks, so that a long walk does not keep them all.
    if (this.head > 65_536) {
      this.queue.splice(0, this.head);
      this.sent -= this.head;
      this.head = 0;
    }
  }

  private afterChunk(): void {
    this.send();
    this.finishIfIdle();
  }

  /** Asked for its size, a damaged object is `missing` as well; only stderr names it (Git 2.39). */
  private missing({ spec, handler }: Request): void {
    if (isObjectId(spec)) this.unclear.push({ id: spec, handler });
    else handler.failed('missing');
  }

  private tellUnclear(): void {
    for (const { id, handler } of this.unclear.splice(0))
      handler.failed(this.damaged.has(id) ? 'corrupt' : 'missing');
    this.finishIfIdle();
  }

  private finishIfIdle(): void {
    if (this.head === this.queue.length && this.waiting && this.unclear.length > 0) {
      if (!this.telling)
        this.telling = setTimeout(() => {
          this.telling = undefined;
          this.tellUnclear();
        }, STDERR_DELAY);
      return;
    }
    if (this.head === this.queue.length && this.waiting) {
      const { resolve } = this.waiting;
      this.waiting = undefined;
      this.queue.length = 0;
      this.head = 0;
      this.sent = 0;
      resolve();
    }
  }

  private ended(exitCode: number | null, stderr: string, batchCommand: boolean): void {
    this.transport = undefined;
    if (this.head === this.queue.length) {
      this.finishIfIdle();
      return;
    }
    if (this.options.signal?.aborted) {
      this.fail(this.options.signal.reason);
      return;
    }
    if (batchCommand && /usage:|unknown option/.test(stderr)) {
      ObjectReader.batchCommand.set(this.options.git.program, false);
    } else if (/not a git repository|dubious ownership/.test(stderr)) {
      this.fail(gitFailure(['cat-file'], exitCode, stderr));
      return;
    } else {
      // Git died on the object that it was answering (design: corrupt objects).
      const broken = this.queue[this.head];
      this.answered();
      broken?.handler.failed('corrupt');
    }
    this.sent = this.head;
    this.afterChunk();
  }

  private fail(error: unknown): void {
    this.failure =
      error instanceof Error
        ? error
        : new GitError('failed', `git cat-file ended: ${String(error)}`, ['cat-file'], null, '');
    this.close();
    this.waiting?.reject(this.failure);
    this.waiting = undefined;
  }
}

interface TransportEvents {
  next(): Request | undefined;
  answered(): void;
  chunkDone(): void;
  ended(exitCode: number | null, stderr: string): void;
  broken(error: unknown): void;
  missing(request: Request): void;
  /** Error output as it comes. */
  said(text: string): void;
}

interface Transport {
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

class BatchCommand implements Transport {
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
class LegacyBatch implements Transport {
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
