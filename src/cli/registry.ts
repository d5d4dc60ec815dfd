import { append } from '../core/append.js';
import type { Catalog } from '../core/catalog/catalog.js';
import type { SelectedModel } from '../core/catalog/select.js';
import { resolveRevision } from '../core/catalog/select.js';
import type { CommitId } from '../core/git/ids.js';
import { GitError } from '../core/git/process.js';
import type { AppliedPlan } from '../core/registry/versions/apply.js';
import { applyPlan } from '../core/registry/versions/apply.js';
import type { PlannedTag, RegistryPlan } from '../core/registry/versions/plan.js';
import { equivalentCommands, renderCommand } from '../core/registry/versions/plan.js';
import { RegistryError } from '../core/registry/versions/registryError.js';
import type { CommandContext, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { printable } from './context.js';

/** Options of every command that writes tags. */
export const WRITE_OPTIONS = {
  message: { type: 'string' },
  push: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
} as const;

export const WRITE_HELP = `  --message M   the tag's message; GTO's own by default
  --push        push the new tag, and only that, to the remote of the settings
  --dry-run     say what would be written, and the Git commands that do the same`;

/** The text of an option; undefined when it was not given. */
export function textOption(values: ParsedArguments['values'], name: string): string | undefined {
  const value = values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The commit that REV means for a model; exit 2 when it means none. */
export async function revisionCommit(
  context: CommandContext,
  catalog: Catalog,
  model: Pick<SelectedModel, 'name' | 'path'>,
  rev: string,
): Promise<CommitId> {
  try {
    const found = await resolveRevision(catalog, model, rev, { signal: context.signal });
    context.diagnose(found.diagnostics);
    return found.commit;
  } catch (error) {
    if (error instanceof GitError && error.reason === 'not-found-ref') {
      throw new CommandError(2, 'revision-unknown', error.message);
    }
    throw error;
  }
}

/** Runs a registry operation; a refusal ends the command with exit 2, an unreachable remote with exit 3. */
export async function refusable<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof RegistryError) {
      const { command } = error.offer;
      const ci = command === undefined ? '' : ` Where CI may make it: ${renderCommand(command)}`;
      throw new CommandError(error.reason === 'unreachable' ? 3 : 2, error.reason, error.message + ci);
    }
    if (error instanceof GitError && error.reason === 'not-found-ref') {
      throw new CommandError(2, 'revision-unknown', error.message);
    }
    throw error;
  }
}

/** Writes a plan, or with `--dry-run` only says what it would write; prints it when `--json` is not asked for. */
export async function carryOut(
  context: CommandContext,
  plan: RegistryPlan,
  values: ParsedArguments['values'],
): Promise<AppliedPlan | null> {
  const push = values.push === true;
  const dryRun = values['dry-run'] === true;
  context.diagnose(plan.warnings);
  const repository = await context.repository();
  const applied = dryRun
    ? null
    : await refusable(() => applyPlan(repository, plan, { push, signal: context.signal }));
  if (!context.json) await context.out(printable(planText(plan, { dryRun, push })));
  return applied;
}

/** What `--json` adds about the write itself. */
export function writeFields(
  plan: RegistryPlan,
  applied: AppliedPlan | null,
  push: boolean,
): Record<string, unknown> {
  return {
    dryRun: applied === null,
    pushed: applied?.pushed ?? false,
    written: plan.tags.map(({ what, tag, ref, commit, message }) => ({ what, tag, ref, commit, message })),
    effects: plan.effects,
    commands: equivalentCommands(plan, { push }),
  };
}

const DONE: Readonly<Record<PlannedTag['what'], string>> = {
  register: 'registered',
  restore: 'restored',
  deregister: 'deregistered',
  assign: 'assigned',
  unassign: 'unassigned',
  deprecate: 'deprecated',
};

function planText(plan: RegistryPlan, { dryRun, push }: { dryRun: boolean; push: boolean }): string {
  const lines: string[] = [];
  for (const { what, tag, commit, message } of plan.tags) {
    const verb = dryRun ? `would have ${DONE[what]}` : DONE[what];
    lines.push(`${verb} ${plan.artifact}: tag ${tag} at ${commit.slice(0, 10)}`);
    if (dryRun)
      append(
        lines,
        message.split('\n').map((line) => `  ${line}`.trimEnd()),
      );
  }
  for (const { stage, before, after } of plan.effects) {
    const what = stage === null ? 'latest' : `#${stage}`;
    lines.push(`  ${what}: ${shortVersion(before)} -> ${shortVersion(after)}`);
  }
  if (dryRun) {
    lines.push('the same by hand:');
    append(
      lines,
      equivalentCommands(plan, { push }).map((args) => `  ${renderCommand(args)}`),
    );
  } else if (push) {
    lines.push(`pushed to ${plan.remote}`);
  } else {
    const refs = plan.tags.map((one) => `${one.ref}:${one.ref}`);
    lines.push(`not pushed; to share it: ${renderCommand(['git', 'push', plan.remote, ...refs])}`);
    const names = plan.tags.map((one) => one.tag);
    lines.push(`to take it back while it is not: ${renderCommand(['git', 'tag', '-d', ...names])}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Of a commit id only as much as tells it apart. */
export function shortVersion(version: string | null): string {
  if (version === null) return 'none';
  return /^[0-9a-f]{40,64}$/.test(version) ? version.slice(0, 10) : version;
}
