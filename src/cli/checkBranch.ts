import { exportPatterns } from '../core/branches/export.js';
import { rulesOf } from '../core/branches/conventions.js';
import type { BranchNames } from '../core/branches/names.js';
import { readBranchNames } from '../core/branches/names.js';
import type { RuleCode } from '../core/branches/validate.js';
import { validateName } from '../core/branches/validate.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { printableLine } from './context.js';

/** `check-branch`: do names follow the convention? Also the patterns for a server to hold them to it. */
export const checkBranch: Command = {
  name: 'check-branch',
  summary: 'Do branch names follow the convention?',
  usage: 'check-branch [NAME]… [--all] [--export github|gitlab]',
  help: `  NAME                     any name; the current branch by default
  --all                    every local branch
  --export github|gitlab   the conventions as the server enforces them (RE2)

Without branches.conventions in modelkeep.yaml nothing is wrong but what Git itself refuses.`,
  options: { all: { type: 'boolean' }, export: { type: 'string' } },
  positionals: { min: 0, max: Infinity },
  run,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const found = await readBranchNames(await context.repository(), { signal: context.signal });
  context.diagnose(found.diagnostics);
  if (values.export !== undefined) return exported(context, found, values.export);
  const { settings, defaultBranch, models } = found;
  const names =
    positionals.length > 0 ? positionals : values.all === true ? found.local : currentBranch(found, context);
  const branches = names.map((name): CheckedBranch => {
    const verdict = validateName(settings, name, { defaultBranch, models });
    if (verdict.ok) return { name, ok: true };
    const { code, rule, suggestion } = verdict;
    return { name, ok: false, code, rule, ...(suggestion === undefined ? {} : { suggestion }) };
  });
  if (context.json) await context.answer({ branches });
  else {
    for (const { name, ok, rule, suggestion } of branches) {
      const rest = ok ? '' : `  ${rule ?? ''}${suggestion === undefined ? '' : ` Try ${suggestion}`}`;
      await context.out(`${printableLine(`${ok ? 'ok   ' : 'wrong'} ${name}${rest}`)}\n`);
    }
    if (!rulesOf(settings).enforced)
      context.note('modelkeep.yaml sets no branches.conventions: nothing is enforced.');
  }
  if (!branches.every(({ ok }) => ok)) return 1;
  // Conventions that a mistake hides hold nobody to anything: that is no pass.
  const broken = found.diagnostics.some(({ severity }) => severity === 'error');
  return broken && !rulesOf(settings).enforced ? 2 : 0;
}

interface CheckedBranch {
  readonly name: string;
  readonly ok: boolean;
  /** Stable name of the broken rule. */
  readonly code?: RuleCode;
  readonly rule?: string;
  readonly suggestion?: string;
}

function currentBranch({ current }: BranchNames, context: CommandContext): readonly string[] {
  if (current === null) context.note('HEAD is detached: there is no current branch to check.');
  return current === null ? [] : [current];
}

async function exported(
  context: CommandContext,
  { settings, defaultBranch }: BranchNames,
  target: unknown,
): Promise<ExitCode> {
  if (target !== 'github' && target !== 'gitlab') {
    throw new CommandError(2, 'usage', '--export takes github or gitlab', ['github', 'gitlab']);
  }
  const { patterns, exact, notes, document } = exportPatterns(settings, target, { defaultBranch });
  context.diagnose(
    notes.map((message) => ({ severity: 'warning' as const, code: 'export-inexact', message })),
  );
  if (context.json) await context.answer({ target, patterns, exact, document });
  else
    await context.out(
      target === 'github' ? `${JSON.stringify(document, null, 2)}\n` : `${patterns.join('\n')}\n`,
    );
  return 0;
}
