import { planRollback } from '../core/pins/rollback.js';
import { applyPins } from '../core/pins/write.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { pinnedName, refusing, reportPlans, text } from './pins.js';

/** `rollback`: the pin goes back to what it was before. */
export const rollback: Command = {
  name: 'rollback',
  summary: 'Bring a pin back to the version before, or to a named one',
  usage: 'rollback [MODEL] [--env E] [--to VERSION] [--dry-run]',
  help: `  --env E        the environment of modelkeep.yaml
  --to VERSION   this version instead of the one before
  --dry-run      show what would be written

The version before is the last other one that the pin's file had in Git's history.`,
  options: { env: { type: 'string' }, to: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  positionals: { min: 0, max: 1 },
  run,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const catalog = await context.catalog();
  const environment = text(values.env);
  const to = text(values.to);
  const { signal } = context;
  const [written] = positionals;
  const pinned = catalog.settings.environments
    .filter(({ name }) => environment === undefined || name === environment)
    .flatMap(({ name, pins }) => pins.map(({ model }) => ({ model, name })));
  const models = [...new Set(pinned.map(({ model }) => model))];
  if (written === undefined && models.length !== 1) {
    throw new CommandError(
      2,
      models.length === 0 ? 'no-pin' : 'several-pins',
      models.length === 0 ? 'modelkeep.yaml pins no model there' : 'Several pins fit: name the model',
      pinned.map(({ model, name }) => `${model} in ${name}`),
    );
  }
  const model = written === undefined ? (models[0] ?? '') : await pinnedName(context, catalog, written);
  return refusing(async () => {
    const plans = await planRollback(catalog, {
      model,
      ...(environment === undefined ? {} : { environment }),
      ...(to === undefined ? {} : { to }),
      signal,
    });
    if (values['dry-run'] === true) return reportPlans(context, plans, { written: false });
    await applyPins(catalog.repository, plans, { signal });
    return reportPlans(context, plans, { written: true });
  });
}
