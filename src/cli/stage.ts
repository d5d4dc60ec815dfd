import type { Differences } from '../core/registry/versions/differences.js';
import { stageDifferences } from '../core/registry/versions/differences.js';
import { checkedVersion } from '../core/registry/versions/numbers.js';
import type { StagePlan } from '../core/registry/versions/plan.js';
import { planStage } from '../core/registry/versions/planStage.js';
import { summaryLines } from '../core/registry/versions/summary.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { printable } from './context.js';
import {
  carryOut,
  refusable,
  revisionCommit,
  shortVersion,
  textOption,
  WRITE_HELP,
  WRITE_OPTIONS,
  writeFields,
} from './registry.js';
import { chooseModel } from './select.js';

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
  const model = await chooseModel(context, catalog, name);
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
  const dryRun = values['dry-run'] === true;
  const applied = await carryOut(context, plan, values);
  const differences = dryRun
    ? await stageDifferences(catalog, model, plan, { signal: context.signal })
    : undefined;
  if (differences && !context.json) await context.out(printable(differencesText(plan, differences)));
  if (context.json) {
    await context.answer({
      tags: plan.tags.map((one) => one.tag),
      model: plan.artifact,
      stage: plan.stage,
      version: plan.version,
      ...writeFields(plan, applied, push),
      ...(differences
        ? { differences: differences.kind === 'compared' ? differences.comparison : null }
        : {}),
    });
  }
  return 0;
}

/** What those who load the holder of the stage would get instead, field by field. */
function differencesText({ stage: name, effects }: StagePlan, differences: Differences): string {
  const effect = effects.find(({ stage: one }) => one === name);
  const title = `what changes in #${name}`;
  switch (differences.kind) {
    case 'nothing-before':
      return `${title}: nothing held it before\n`;
    case 'nothing-after':
      return `${title}: nothing holds it afterwards\n`;
    case 'unmoved':
      return `${title}: nothing, it stays with who holds it\n`;
    case 'unknown':
      return `${title}: unknown, ${differences.because}\n`;
    case 'compared': {
      const lines = summaryLines(differences.comparison);
      const moved = `${shortVersion(effect?.before ?? null)} -> ${shortVersion(effect?.after ?? null)}`;
      const said = lines.length === 0 ? ['nothing that is measured differs'] : lines;
      return [`${title}, ${moved}:`, ...said.map((line) => `  ${line}`)].join('\n') + '\n';
    }
  }
}
