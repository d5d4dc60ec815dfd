import { checkedVersion } from '../core/registry/versions/numbers.js';
import { planDeprecation } from '../core/registry/versions/planDeprecation.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { carryOut, refusable, textOption, WRITE_HELP, WRITE_OPTIONS, writeFields } from './registry.js';
import { chooseModel } from './select.js';

/** `deprecate`: deregisters a version, or deprecates a whole model. */
export const deprecate: Command = {
  name: 'deprecate',
  summary: 'Deregister a version, or deprecate a whole model',
  usage: 'deprecate MODEL [VERSION] [--reason TEXT] [--message M] [--push] [--dry-run]',
  help: `  --reason TEXT  why, as a trailer of the tag's message
${WRITE_HELP}

Nothing is deleted: the tags stay, and "tag MODEL --rev VERSION" restores a version.`,
  options: { reason: { type: 'string' }, ...WRITE_OPTIONS },
  positionals: { min: 1, max: 2 },
  run,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const [name = '', version] = positionals;
  const catalog = await context.catalog();
  const model = await chooseModel(context, catalog, name);
  const [reason, message] = [textOption(values, 'reason'), textOption(values, 'message')];
  const push = values.push === true;
  const plan = await refusable(async () =>
    planDeprecation({
      catalog,
      model: model.name,
      ...(version === undefined ? {} : { version: checkedVersion(version) }),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      askRemote: push,
      signal: context.signal,
    }),
  );
  const applied = await carryOut(context, plan, values);
  if (context.json) {
    await context.answer({
      tags: plan.tags.map((one) => one.tag),
      model: plan.artifact,
      version: plan.version,
      ...writeFields(plan, applied, push),
    });
  }
  return 0;
}
