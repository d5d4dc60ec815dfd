import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where RE2 finds an expression, text by text; or why it takes no such expression. */
export type Re2Answer = { readonly found: readonly boolean[] } | { readonly refused: string };

/** Google's RE2 in one Python process (re2Driver.py): the engine of GitLab's push rules and GitHub's rulesets. */
export class Re2Process {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private stderr = '';

  constructor(python: string) {
    const driver = fileURLToPath(new URL('re2Driver.py', import.meta.url));
    this.child = spawn(python, [driver], { env: { ...process.env, PYTHONIOENCODING: 'utf-8' } });
    this.child.stderr.on('data', (chunk: Buffer) => (this.stderr += chunk.toString('utf8')));
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(pattern: string, texts: readonly string[]): Promise<Re2Answer> {
    this.child.stdin.write(`${JSON.stringify({ pattern, texts })}\n`);
    const answer = await this.answers.next();
    if (answer.done === true) throw new Error(`RE2 ended: ${this.stderr}`);
    return JSON.parse(answer.value) as Re2Answer;
  }

  /** Where an expression is found that RE2 must take. */
  async find(pattern: string, texts: readonly string[]): Promise<readonly boolean[]> {
    const answer = await this.ask(pattern, texts);
    if ('refused' in answer) throw new Error(`RE2 refuses ${pattern}: ${answer.refused}`);
    return answer.found;
  }

  close(): void {
    this.child.stdin.end();
  }
}
