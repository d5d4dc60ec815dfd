import type { RegisteredModel, Version } from '../core/catalog/catalog.js';
import type { RepositoryCatalog } from '../core/catalog/repositoryCatalog.js';
import { unreadableAt } from '../core/catalog/unreadable.js';
import type { RemoteSettings } from '../core/pins/status/fetched.js';
import { readRemoteSettings, whyTagsMayBeMissing } from '../core/pins/status/fetched.js';
import { versionsOf } from '../core/catalog/select.js';
import type { SelectedModel } from '../core/catalog/select.js';
import { sameAs } from '../core/catalog/versions.js';
import { listed } from '../core/listed.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { Streamed } from './command.js';
import { printable } from './context.js';
import { findChosen } from './select.js';
import { versionJson } from './versionJson.js';

/** `show`: what tags say of each model: versions, stages, the latest. */
export const show: Command = {
  name: 'show',
  summary: 'Versions and stages, as registered',
  usage: 'show [MODEL]',
  options: {},
  positionals: { min: 0, max: 1 },
  run,
};

async function run(context: CommandContext, { positionals }: ParsedArguments): Promise<ExitCode> {
  const reading = context.catalog();
  // What Git is told of remotes is read beside the catalog: each waits for a process of its own.
  const remotes = context.repository().then((found) => readRemoteSettings(found, { signal: context.signal }));
  remotes.catch(() => undefined); // told where it is awaited
  const catalog = await reading;
  const [name] = positionals;
  const models =
    name === undefined
      ? catalog.registered()
      : [await one(catalog, await findChosen(context, catalog, name), context)];
  const lost = await unreadableVersions(catalog, models, context);
  const { diagnoseUnbound } = await import('./unbound.js');
  await diagnoseUnbound(context, catalog, name === undefined ? undefined : models[0]?.name);
  await diagnoseTags(catalog, context, remotes);
  if (context.json) {
    await context.answer({ models: new Streamed('array', jsonOf(models)) });
    return 0;
  }
  if (models.length === 0) await context.out('no versions are registered\n');
  const plain = new Set(catalog.plainTags.map((tag) => tag.name));
  for (const model of models) await context.out(printable(text(model, { lost, plain })));
  return 0;
}

/** Tags of versions whose artifact nobody can tell, because what tracks it is missing or damaged. */
async function unreadableVersions(
  catalog: RepositoryCatalog,
  models: readonly RegisteredModel[],
  context: CommandContext,
): Promise<ReadonlySet<string>> {
  const lost = new Set<string>();
  for (const { tag, digest, commit } of models.flatMap(({ versions }) => versions)) {
    // Asked first, since what is known whole need not be read again.
    if (digest !== null || !catalog.mayLack(commit)) continue;
    const found = await unreadableAt(catalog, commit, undefined, { signal: context.signal });
    if (found.length === 0) continue;
    lost.add(tag);
    context.diagnose(found);
  }
  return lost;
}

/** No tag here is no proof that there is none. */
async function diagnoseTags(
  catalog: RepositoryCatalog,
  context: CommandContext,
  remotes: Promise<RemoteSettings>,
): Promise<void> {
  const why = await whyTagsMayBeMissing(catalog, null, { signal: context.signal, remotes });
  if (why === undefined) return;
  const message = `There may be more tags at the remote: ${why}.`;
  context.diagnose([{ severity: 'info', code: 'tags-not-fetched', message }]);
}

/** One model with everything that names a revision of it: versions, template tags and plain tags. */
async function one(
  catalog: RepositoryCatalog,
  model: SelectedModel,
  context: CommandContext,
): Promise<RegisteredModel> {
  const registered = catalog.registered().find(({ name }) => name === model.name);
  const own = versionsOf(catalog, model);
  const plain = await catalog.plainVersions(model, { signal: context.signal });
  const listed = registered?.versions ?? own;
  return {
    name: model.name,
    active: registered?.active ?? true,
    latest: registered?.latest ?? null,
    versions: [...listed, ...own.filter((version) => !listed.includes(version)), ...plain],
    stages: registered?.stages ?? {},
  };
}

/** Streamed down to the versions: each names all that are like it, and there may be thousands. */
function* jsonOf(models: readonly RegisteredModel[]): Iterable<Streamed> {
  for (const { versions, ...model } of models)
    yield new Streamed('object', [
      ...Object.entries(model),
      ['versions', new Streamed('array', versionsJson(versions))],
    ]);
}

function* versionsJson(versions: readonly Version[]): Iterable<unknown> {
  for (const version of versions) yield versionJson(version);
}

/** Tags of which a line says more than what they register. */
interface Marked {
  readonly lost: ReadonlySet<string>;
  /** They register nothing, and may be called like a version. */
  readonly plain: ReadonlySet<string>;
}

function text(model: RegisteredModel, marked: Marked): string {
  const state = model.active ? '' : ' (deprecated)';
  const stages = Object.entries(model.stages).map(([stage, [holder, ...before]]) => {
    const earlier = before.length > 0 ? ` (before: ${listed(before)})` : '';
    return `  #${stage}: ${holder ?? ''}${earlier}\n`;
  });
  return `${model.name}${state}${model.latest === null ? '' : `  latest ${model.latest}`}\n${stages.join('')}${model.versions.map((version) => line(version, marked)).join('')}`;
}

function line(version: Version, { lost, plain }: Marked): string {
  const stages = version.stages.length > 0 ? ` [${version.stages.join(', ')}]` : '';
  const state = plain.has(version.tag) ? ' (plain tag)' : version.active ? '' : ' (deregistered)';
  const same = version.alike.length > 0 ? `  same bits as ${listed(sameAs(version))}` : '';
  const digest =
    version.digest === null
      ? lost.has(version.tag)
        ? 'unreadable'
        : version.model === null
          ? 'no model'
          : 'no artifact'
      : `${version.digest.algorithm} ${version.digest.value.slice(0, 12)}`;
  return `  ${version.version}${stages}${state}  ${version.time.slice(0, 10)}  ${version.author}  ${version.commit.slice(0, 8)}  ${digest}${same}\n`;
}
