import { checkedVersion } from '../core/registry/versions/numbers.js';
import { planStage } from '../core/registry/versions/planStage.js';
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

/** `stage`: assigns a stage to a version, or takes it away. */
export const stage: Command = {
  name: 'stage',
  summary: 'Assign a stage to a version, or take it away',
  usage:
    'stage MODEL STAGE [--version V | --rev REV] [--remove] [--reason TEXT] [--approved-by WHO]… [--message M] [--push] [--dry-run]',
  help: `  --version V        the version that is meant; the latest by default
  --rev REV          a commit instead; it is registered first when it has no version
  --remove           take the stage from its holder, or from the named version;
                     who held it before holds it again
  --reason TEXT      why, as a trailer of the tag's message
  --approved-by WHO  who agreed, likewise (again for more)
${WRITE_HELP}`,
  options: {
    version: { type: 'string' },
    rev: { type: 'string' },
    remove: { type: 'boolean' },
    reason: { type: 'string' },
    'approved-by': { type: 'string', multiple: true },
    ...WRITE_OPTIONS,
  },
  positionals: { min: 2, max: 2 },
  run,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const [name = '', wanted = ''] = positionals;
  const text = (option: string): string | undefined => textOption(values, option);
  const [version, rev, reason, message] = [text('version'), text('rev'), text('reason'), text('message')];
  if (version !== undefined && rev !== undefined) {
    throw new CommandError(2, 'usage', 'Either --version or --rev, not both');
  }
  const catalog = await context.catalog();
  const model = await registeredOrTracked(context, catalog, name);
  const commit = rev === undefined ? undefined : await revisionCommit(context, catalog, model, rev);
  const push = values.push === true;
  const plan = await refusable(async () =>
    planStage({
      catalog,
      model,
      stage: wanted.replace(/^#/, ''),
      ...(version === undefined ? {} : { version: checkedVersion(version) }),
      ...(commit === undefined ? {} : { rev: commit }),
      remove: values.remove === true,
      ...(reason === undefined ? {} : { reason }),
      approvedBy: [values['approved-by'] ?? []].flat().map(String),
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
      stage: plan.stage,
      version: plan.version,
      ...writeFields(plan, applied, push),
    });
  }
  return 0;
}
