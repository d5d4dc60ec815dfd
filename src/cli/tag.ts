import type { Catalog } from '../core/catalog/catalog.js';
import type { TagPlan } from '../core/registry/versions/plan.js';
import { planTag } from '../core/registry/versions/planTag.js';
import type { TagRequest } from '../core/registry/versions/planTag.js';
import { messageOf, summarizeChanges, withMessage } from '../core/registry/versions/summary.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import {
  carryOut,
  refusable,
  registeredOrTracked,
  revisionCommit,
  textOption,
  WRITE_HELP,
  WRITE_OPTIONS,
  writeFields,
} from './registry.js';

/** `tag`: registers a version of a model. */
export const tag: Command = {
  name: 'tag',
  summary: 'Register a version of a model',
  usage: 'tag MODEL [--bump major|minor|patch | --version V] [--rev REV] [--message M] [--push] [--dry-run]',
  help: `  --bump PART   which part of the latest version to count up: patch by default, from v0.0.0
  --version V   this version (v1.2.3) instead
  --rev REV     the commit to register; HEAD by default
${WRITE_HELP}

Without --message, GTO's own is followed by what changed since the version before: metrics, parameters, data.
A commit whose version was deregistered gets that version back.`,
  options: {
    bump: { type: 'string' },
    version: { type: 'string' },
    rev: { type: 'string' },
    ...WRITE_OPTIONS,
  },
  positionals: { min: 1, max: 1 },
  run,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const version = wantedVersion(textOption(values, 'bump'), textOption(values, 'version'));
  const catalog = await context.catalog();
  const model = await registeredOrTracked(context, catalog, positionals[0] ?? '');
  const rev = textOption(values, 'rev');
  const commit = rev === undefined ? undefined : await revisionCommit(context, catalog, model, rev);
  const message = textOption(values, 'message');
  const push = values.push === true;
  const planned = await refusable(() =>
    planTag({
      catalog,
      model,
      version,
      ...(commit === undefined ? {} : { rev: commit }),
      ...(message === undefined ? {} : { message }),
      askRemote: push,
      signal: context.signal,
    }),
  );
  const plan = message === undefined ? await described(context, catalog, planned, model) : planned;
  const applied = await carryOut(context, plan, values);
  if (context.json) {
    const { tag: name, artifact, version: registered, commit: at, digest, sameAs, previous } = plan;
    await context.answer({
      tag: name,
      model: artifact,
      version: registered,
      commit: at,
      digest,
      sameAs,
      previous,
      ...writeFields(plan, applied, push),
    });
  }
  return 0;
}

/** The plan with a message that tells what is new; GTO's own where that cannot be read. */
async function described(
  context: CommandContext,
  catalog: Catalog,
  plan: TagPlan,
  model: TagRequest['model'],
): Promise<TagPlan> {
  const summary = await summarizeChanges(catalog, plan, model, { signal: context.signal });
  if (summary.kind === 'unknown') {
    const message = `What changed since ${summary.since} could not be read (${summary.because}): the message does not say.`;
    context.diagnose([{ severity: 'info', code: 'summary-unknown', message }]);
  }
  return withMessage(plan, messageOf(plan, summary));
}

function wantedVersion(
  bump: string | undefined,
  exact: string | undefined,
): NonNullable<TagRequest['version']> {
  if (bump !== undefined && exact !== undefined) {
    throw new CommandError(2, 'usage', 'Either --bump or --version, not both');
  }
  if (exact !== undefined) return { exact };
  const part = bump ?? 'patch';
  if (part === 'major' || part === 'minor' || part === 'patch') return { bump: part };
  throw new CommandError(2, 'usage', `--bump takes major, minor or patch, not "${part}"`);
}
