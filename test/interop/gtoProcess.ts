import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What GTO did: the tag it made, or the class of the error with which it refused. */
export type GtoOutcome = { readonly tag: string } | { readonly refused: string; readonly message: string };

/** What GTO prints, by command. */
export interface GtoAnswers {
  readonly show: Readonly<Record<string, unknown>>;
  /** `show --deprecated --vs -1`. */
  readonly all: Readonly<Record<string, unknown>>;
  readonly history: readonly Readonly<Record<string, unknown>>[];
  readonly refs: Readonly<Record<string, unknown>>;
  readonly artifacts: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

/** The real GTO in one Python process (gtoDriver.py): starting it costs seconds. */
export class GtoProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private stderr = '';

  constructor(python: string, env: NodeJS.ProcessEnv) {
    const driver = fileURLToPath(new URL('gtoDriver.py', import.meta.url));
    this.child = spawn(python, [driver], { env: { ...env, TZ: 'UTC' } });
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')));
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** One operation of GTO's API, stamped with that second. */
  async do(repository: string, at: number, call: string, args: object): Promise<GtoOutcome> {
    return (await this.ask({ do: repository, at, call, args })) as GtoOutcome;
  }

  async read(repository: string, refs: readonly string[], names: readonly string[]): Promise<GtoAnswers> {
    return (await this.ask({ read: repository, refs, names })) as GtoAnswers;
  }

  close(): void {
    this.child.stdin.end();
  }

  private async ask(question: object): Promise<unknown> {
    this.child.stdin.write(`${JSON.stringify(question)}\n`);
    const answer = await this.answers.next();
    if (answer.done === true) throw new Error(`gto ended: ${this.stderr}`);
    const parsed: unknown = JSON.parse(answer.value);
    return parsed;
  }
}
