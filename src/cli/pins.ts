import type { Catalog } from '../core/catalog/catalog.js';
import { meantPaths } from '../core/catalog/meantPaths.js';
import { PinError } from '../core/pins/pinError.js';
import type { PinPlan } from '../core/pins/plan.js';
import type { CommandContext, ExitCode } from './command.js';
import { CommandError } from './command.js';
import { printable } from './context.js';
import { chooseModel } from './select.js';

/** The option's text, where it was given. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Runs what may be refused; a refusal becomes exit 2, what could not be reached exit 3. */
export async function refusing<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof PinError)) throw error;
    throw new CommandError(
      error.reason === 'unavailable' ? 3 : 2,
      error.reason,
      error.message,
      error.candidates,
    );
  }
}

/** The model as the settings name it: pins may name it by name or by path, and so may whoever types. */
export async function pinnedName(
  context: CommandContext,
  catalog: Catalog,
  written: string,
): Promise<string> {
  const names = catalog.settings.environments.flatMap(({ pins }) => pins.map(({ model }) => model));
  const folder = await context.folder();
  const meant = [written, ...meantPaths(written, { root: catalog.repository.root, folder })];
  const named = meant.find((one) => names.includes(one));
  if (named !== undefined) return named;
  const { name, path } = await chooseModel(context, catalog, written);
  return names.find((one) => one === name) ?? names.find((one) => one === path) ?? name;
}

/** Shows what was planned, and in the end what was done. */
export async function reportPlans(
  context: CommandContext,
  plans: readonly PinPlan[],
  done: { readonly written: boolean; readonly commit?: string },
): Promise<ExitCode> {
  context.diagnose(plans.flatMap(({ warnings }) => warnings));
  if (context.json) {
    await context.answer({
      pins: plans.map(planJson),
      ...(done.commit === undefined ? {} : { commit: done.commit }),
    });
    return 0;
  }
  for (const plan of plans) {
    const { environment, model, before, after, targets, diff, restore } = plan;
    const same = diff === '' && restore.length === 0;
    const verb = done.written ? 'pinned' : 'would pin';
    const summary = same
      ? `${model} is pinned to ${after} in ${environment} already\n`
      : `${verb} ${model} in ${environment}: ${before === '' ? 'nothing' : before} -> ${after} (${targets.join(', ')})\n`;
    await context.out(printable(summary));
    if (!same) await context.out(printable(diff.replaceAll('\r\n', '\n')));
    for (const { path, commit } of restore) {
      await context.out(
        printable(`${done.written ? 'restored' : 'would restore'} ${path} from ${commit.slice(0, 8)}\n`),
      );
    }
  }
  if (done.commit !== undefined) await context.out(`committed ${done.commit.slice(0, 8)}\n`);
  return 0;
}

function planJson({
  environment,
  model,
  targets,
  before,
  after,
  form,
  diff,
  restore,
  meaning,
}: PinPlan): unknown {
  return {
    environment,
    model,
    target: targets.join(', '),
    before,
    after,
    form,
    commit: meaning.commit,
    digest: meaning.digest,
    diff,
    ...(restore.length > 0 ? { restored: restore.map(({ path }) => path) } : {}),
  };
}
