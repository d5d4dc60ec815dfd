import { planPin } from '../core/pins/plan.js';
import { applyPins, commitPins } from '../core/pins/write.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { pinnedName, refusing, reportPlans, text } from './pins.js';

/** `pin`: writes which version an application loads. */
export const pin: Command = {
  name: 'pin',
  summary: 'Pin the version that an application loads',
  usage: 'pin MODEL VERSION [--env E] [--commit] [--dry-run]',
  help: `  --env E     the environment of modelkeep.yaml; needed where several pin the model
  --commit    commit the changed files, and only those
  --dry-run   show what would be written

VERSION is a version, a tag, a commit, or #stage (its holder). The pin keeps the form it has.`,
  options: { env: { type: 'string' }, commit: { type: 'boolean' }, 'dry-run': { type: 'boolean' } },
  positionals: { min: 2, max: 2 },
  run,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const catalog = await context.catalog();
  const [written = '', version = ''] = positionals;
  const model = await pinnedName(context, catalog, written);
  const environment = text(values.env);
  const { signal } = context;
  return refusing(async () => {
    const plans = await planPin(catalog, {
      model,
      version,
      ...(environment === undefined ? {} : { environment }),
      signal,
    });
    if (values['dry-run'] === true) return reportPlans(context, plans, { written: false });
    const nothing = plans.every((plan) => plan.files.length === 0 && plan.restore.length === 0);
    if (values.commit === true && !nothing) {
      const [first] = plans;
      const message = `Pin ${model} to ${first?.after ?? version} in ${first?.environment ?? ''}`;
      const commit = await commitPins(catalog.repository, plans, message, { signal });
      return reportPlans(context, plans, { written: true, commit });
    }
    await applyPins(catalog.repository, plans, { signal });
    return reportPlans(context, plans, { written: true });
  });
}
