import path from 'node:path';
import { writablePath } from '../core/artifacts/insidePath.js';
import type { Fetched } from '../core/artifacts/fetch.js';
import { FetchError, fetchModel } from '../core/artifacts/fetch.js';
import type { FetchFailure } from '../core/artifacts/fetch.js';
import type { RepositoryCatalog } from '../core/catalog/repositoryCatalog.js';
import { resolveRevision } from '../core/catalog/select.js';
import { GitError } from '../core/git/process.js';
import type { Command, CommandContext, ExitCode, ParsedArguments } from './command.js';
import { CommandError } from './command.js';
import { printableLine } from './context.js';
import { chooseModel } from './select.js';
import { formatSize } from './text.js';

/** `fetch`: the bytes of one revision, checked before they are put in place. */
export const fetch: Command = {
  name: 'fetch',
  summary: "A revision's bytes, from the cache or the remote, put in place only when their digest is right",
  usage: 'fetch MODEL REV [--out PATH] [--from cache|remote]',
  help: `  --out PATH            where the bytes go (default: the model's own path; never over other bytes)
  --from cache|remote   only the local cache, or only the remote (default: the cache, then the remote)`,
  options: { out: { type: 'string' }, from: { type: 'string' } },
  positionals: { min: 2, max: 2 },
  run,
};

/** What cannot be had is unknown (3); what must not be done is refused (2). */
const EXIT: Readonly<Record<FetchFailure, 2 | 3>> = {
  'no-digest': 3,
  'not-cached': 3,
  exists: 2,
  'wrong-digest': 3,
  'no-program': 3,
  failed: 3,
};

async function run(context: CommandContext, { values, positionals }: ParsedArguments): Promise<ExitCode> {
  const [name = '', rev = ''] = positionals;
  const { from, out } = values;
  if (from !== undefined && from !== 'cache' && from !== 'remote') {
    throw new CommandError(2, 'usage', '--from takes cache or remote');
  }
  if (out === '') throw new CommandError(2, 'usage', '--out names no place');
  const { signal } = context;
  const catalog = await context.catalog();
  const chosen = await chooseModel(context, catalog, name);
  const revision = await resolveRevision(catalog, chosen, rev, { signal, moves: true }).catch(
    (error: unknown) => {
      if (!(error instanceof GitError) || error.reason !== 'not-found-ref') throw error;
      throw new CommandError(2, 'revision-unknown', error.message);
    },
  );
  const { model, commit, unreadable = [], undigested = [] } = revision;
  context.diagnose([...revision.diagnostics, ...unreadable, ...undigested]);
  if (!model && unreadable.length > 0) {
    const message = `Nobody can tell here whether ${rev} has a model "${chosen.name}"`;
    throw new CommandError(3, 'model-unreadable', message);
  }
  if (!model) throw new CommandError(2, 'model-not-there', `${rev} has no model "${chosen.name}"`);
  const target =
    typeof out === 'string' ? path.resolve(context.cwd, out) : await ownPlace(catalog, model.path);
  try {
    const fetched = await fetchModel({
      repository: catalog.repository,
      model,
      commit,
      out: target,
      signal,
      ...(from === undefined ? {} : { from }),
    });
    await tell(context, fetched);
    return 0;
  } catch (error) {
    if (error instanceof FetchError) throw new CommandError(EXIT[error.reason], error.reason, error.message);
    throw error;
  }
}

async function ownPlace(catalog: RepositoryCatalog, own: string | null): Promise<string> {
  if (own === null || catalog.repository.bare) {
    throw new CommandError(
      2,
      'usage',
      'There is no working copy to put the bytes in: name a place with --out',
    );
  }
  const place = await writablePath(catalog.repository.root, own);
  if (place === null)
    throw new CommandError(
      2,
      'path-outside-repository',
      `${own} leads out of the repository: name another place with --out`,
    );
  return place;
}

async function tell(context: CommandContext, { path: place, digest, size, source }: Fetched): Promise<void> {
  if (context.json) {
    await context.answer({ path: place, digest, size, source });
    return;
  }
  const near = path.relative(context.cwd, place);
  const shown = near.startsWith('..') || path.isAbsolute(near) ? place : near;
  await context.out(
    printableLine(`${shown}  ${formatSize(size)}  ${digest.algorithm} ${digest.value}  (${source})`) + '\n',
  );
}
