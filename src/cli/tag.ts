import { parseTagName } from '../core/registry/gto/tagName.js';
import type { TagRequest } from '../core/registry/versions/planTag.js';
import { planTag } from '../core/registry/versions/planTag.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import {
  carryOut,
  refusable,
  revisionCommit,
  textOption,
  WRITE_HELP,
  WRITE_OPTIONS,
  writeFields,
} from './registry.js';
import { chooseModel } from './select.js';

/** `tag`: registers a version of a model. */
export const tag: Command = {
  name: 'tag',
  summary: 'Register a version of a model',
  usage: 'tag MODEL [--bump major|minor|patch | --version V] [--rev REV] [--message M] [--push] [--dry-run]',
  help: `  --bump PART   which part of the latest version to count up: patch by default, from v0.0.0
  --version V   this version (v1.2.3) instead
  --rev REV     the commit to register; HEAD by default
${WRITE_HELP}

Without --message it is GTO's own. A commit whose version was deregistered gets that version back.`,
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
  const model = await chooseModel(context, catalog, positionals[0] ?? '');
  const rev = textOption(values, 'rev');
  const commit = rev === undefined ? undefined : await revisionCommit(context, catalog, model, rev);
  const message = textOption(values, 'message');
  const push = values.push === true;
  const plan = await refusable(() =>
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
  const applied = await carryOut(context, plan, values);
  if (context.json) {
    const { tag: name, artifact, version: registered, commit: at, digest, sameAs, previous } = plan;
    await context.answer({
      tag: name,
      model: artifact,
      version: registered,
      commit: at,
      digest,
      sameAs: sameAs.filter((tag) => parseTagName(tag) !== undefined),
      previous,
      ...writeFields(plan, applied, push),
    });
  }
  return 0;
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
