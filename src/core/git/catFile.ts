import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { append } from '../append.js';
import type { GitEnvironment } from './process.js';
import { AnswerParser } from './answers.js';
import { spawnGit } from './process.js';
import type { Request, TransportEvents } from './requests.js';

export interface ReaderOptions {
  readonly cwd: string;
  readonly git: GitEnvironment;
  readonly signal?: AbortSignal;
}

/** One way to talk to cat-file. */
export interface Transport {
  write(batch: readonly Request[]): void;
  close(): void;
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
    append(this.pending, batch);
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
