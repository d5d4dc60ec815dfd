import path from 'node:path';
import { equivalentCommands, refusal, shellLine, undoCommands } from '../core/branches/apply.js';
import type { ApplyOptions } from '../core/branches/apply.js';
import { applyBranch, planBranch } from '../core/branches/create.js';
import type { BranchPlan } from '../core/branches/create.js';
import { BranchError } from '../core/branches/errors.js';
import { GitError } from '../core/git/process.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { printable } from './context.js';
import { chooseModel } from './select.js';

/** `branch`: a branch by the convention, checked out here, in a linked worktree, or neither. */
export const branch: Command = {
  name: 'branch',
  summary: 'A branch by the convention',
  usage:
    'branch MODEL "what it tries" [--kind experiment] [--from REV] [--worktree DIR] [--push] [--dry-run]',
  help: `  --kind KIND      which convention of modelkeep.yaml; the first one by default
  --from REV       a version (v1.2.0), #stage, branch, tag, DVC experiment or commit; what is checked out by default
  --issue KEY      the issue, where the convention names one
  --worktree DIR   in a linked worktree there; the working copy stays as it is
  --no-checkout    only the branch; the working copy stays as it is
  --carry          take uncommitted changes along
  --stash          put uncommitted changes away (git stash)
  --push           publish it
  --dry-run        show what would be done`,
  options: {
    kind: { type: 'string' },
    from: { type: 'string' },
    issue: { type: 'string' },
    worktree: { type: 'string' },
    'no-checkout': { type: 'boolean' },
    carry: { type: 'boolean' },
    stash: { type: 'boolean' },
    push: { type: 'boolean' },
    'dry-run': { type: 'boolean' },
  },
  positionals: { min: 2, max: 2 },
  run,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const [modelText = '', description = ''] = positionals;
  const options = applyOptions(context, values);
  const catalog = await context.catalog();
  const model = await chooseModel(context, catalog, modelText);
  const dryRun = values['dry-run'] === true;
  try {
    const plan = await planBranch({
      catalog,
      model,
      description,
      kind: text(values.kind),
      from: text(values.from),
      issue: text(values.issue),
      signal: context.signal,
    });
    const reason = refusal(plan, options);
    if (reason !== undefined) throw reason;
    const made = dryRun ? undefined : await applyBranch(catalog.repository, plan, options);
    for (const warning of made?.warnings ?? []) context.note(printable(`warning: ${warning}`));
    if (context.json) {
      await context.answer({
        branch: plan.name,
        from: plan.from.label,
        commit: plan.from.commit,
        worktree: options.worktree,
        pushed: made?.pushed ?? false,
        dryRun,
        commands: equivalentCommands(plan, options),
      });
    } else {
      await context.out(printable(dryRun ? preview(plan, options) : report(plan, options)));
    }
    return 0;
  } catch (error) {
    throw explained(error);
  }
}

function applyOptions(context: CommandContext, values: ParsedArguments['values']): ApplyOptions {
  const worktree = text(values.worktree);
  if (values.carry === true && values.stash === true)
    throw new CommandError(2, 'usage', 'Give --carry or --stash, not both');
  return {
    checkout: values['no-checkout'] !== true && worktree === undefined,
    worktree: worktree === undefined ? undefined : path.resolve(context.cwd, worktree),
    push: values.push === true,
    dirty: values.carry === true ? 'carry' : values.stash === true ? 'stash' : undefined,
    signal: context.signal,
  };
}

function text(value: ParsedArguments['values'][string]): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function preview(plan: BranchPlan, options: ApplyOptions): string {
  const commands = equivalentCommands(plan, options).map((command) => `  ${shellLine(command)}\n`);
  return `would make ${plan.name} from ${where(plan)}:\n${commands.join('')}`;
}

function report(plan: BranchPlan, options: ApplyOptions): string {
  const place =
    options.worktree !== undefined ? `, in ${options.worktree}` : options.checkout ? ', checked out' : '';
  const stash =
    options.dirty === 'stash' && plan.workingCopy.changed.length > 0
      ? '; your changes are stashed (git stash list)'
      : '';
  const pushed = options.push === true ? `; published to ${plan.remote ?? ''}` : '';
  const undo = undoCommands(plan, options).map(shellLine).join(' && ');
  const back = undo === '' ? '' : `to take it back: ${undo}\n`;
  return `${plan.name} from ${where(plan)}${place}${stash}${pushed}\n${back}`;
}

function where({ from }: BranchPlan): string {
  return from.commit === null
    ? `${from.label} (no commit yet)`
    : `${from.label} (${from.commit.slice(0, 8)})`;
}

/** Refusals are exit 2 with the way out; a network that does not answer is exit 3. */
function explained(error: unknown): unknown {
  if (error instanceof BranchError) {
    const hint = HINTS[error.reason] ?? '';
    const message = printable(error.message) + hint;
    const candidates =
      error.suggestion === undefined ? error.candidates : [error.suggestion, ...error.candidates];
    return new CommandError(2, `branch-${error.reason}`, message, candidates.map(printable));
  }
  if (error instanceof GitError && REFUSED.has(error.reason))
    return new CommandError(2, `git-${error.reason}`, printable(error.message));
  return error;
}

const HINTS: Readonly<Partial<Record<BranchError['reason'], string>>> = {
  dirty: ' Use --carry, --stash, --worktree DIR or --no-checkout.',
  busy: ' Use --worktree DIR or --no-checkout meanwhile.',
  exists: ' Say it in other words.',
};

/** Git or the remote said no: nothing was changed. */
const REFUSED: ReadonlySet<string> = new Set([
  'locked',
  'rejected',
  'hook',
  'exists',
  'no-identity',
  'disk',
  'failed',
]);
