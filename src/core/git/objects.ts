import type { ReaderOptions, Transport } from './catFile.js';
import { BatchCommand, LegacyBatch } from './catFile.js';
import { isObjectId } from './ids.js';
import { withoutLazyFetch } from './localObjects.js';
import { GitError, gitFailure } from './process.js';
import type { Repository } from './repository.js';
import type {
  ContentsRequest,
  InfoHandler,
  ObjectFailure,
  ObjectHandler,
  ObjectType,
  Request,
  TransportEvents,
} from './requests.js';

export type { ContentsRequest, InfoHandler, ObjectFailure, ObjectHandler, ObjectType };

/** How much is written ahead of the answers: enough to keep Git busy, little enough to bound its buffers. */
const IN_FLIGHT = 8192;

/** While as many are unanswered, Git is busy, and what is asked anew waits until as much of it can be written. */
const BATCH = 512;

/** Milliseconds in which Git's error output, a pipe of its own, catches up with its answers. */
const STDERR_DELAY = 15;

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
  private spare: readonly (() => void)[] = [];
  private spareTime: NodeJS.Immediate | undefined;
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

  /** Starts Git ahead of the first request, for a caller who knows that there will be some. */
  start(): void {
    if (this.failure === undefined) this.transport ??= this.open();
  }

  /**
   * Takes work that will have to be done in any case, and does it piece by piece while Git has much to answer. What was
   * not done before everything is answered, or cannot be done, is dropped: whoever needs it does it then, and meets the
   * error.
   */
  meanwhile(work: readonly (() => void)[]): void {
    this.spare = [...this.spare, ...work];
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
    this.dropSpare();
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
    this.ask(request);
  }

  /** Asks what is known to be one line: an object that is a request itself saves the making of one. */
  ask(request: Request): void {
    this.queue.push(request);
    if (!this.scheduled && this.waiting) {
      this.scheduled = true;
      queueMicrotask(() => {
        this.scheduled = false;
        this.sendIfDue();
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
    this.sendIfDue();
    this.finishIfIdle();
    this.doSpare();
  }

  /** Once what has come is taken in, and Git is known to go on for a while without us. */
  private doSpare(): void {
    if (this.spare.length === 0 || this.spareTime || this.sent - this.head < BATCH) return;
    this.spareTime = setImmediate(() => {
      this.spareTime = undefined;
      const [next, ...rest] = this.spare;
      this.spare = rest;
      try {
        next?.();
      } catch {
        // Met again by whoever needs it.
      }
    });
  }

  private dropSpare(): void {
    clearImmediate(this.spareTime);
    this.spareTime = undefined;
    this.spare = [];
  }

  private sendIfDue(): void {
    const unanswered = this.sent - this.head;
    const writable = Math.min(this.queue.length - this.sent, IN_FLIGHT - unanswered);
    if (unanswered < BATCH || writable >= BATCH) this.send();
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
      this.dropSpare();
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
