import { createLocator } from '../../artifacts/locate.js';
import type { Model } from '../../catalog/catalog.js';
import type { CommitId } from '../../git/ids.js';
import { checkRemote } from '../../pins/status/remote.js';
import type { PlanWarning, RegistryCatalog } from './plan.js';
import { renderCommand } from './plan.js';

/**
 * Says when the bytes of a model are known not to be on their remote: a folder that can be looked into. Of a remote
 * that only its own program can ask nothing is claimed, and nothing of one that is not there now.
 */
export async function bytesWarnings(
  catalog: RegistryCatalog,
  model: Model,
  commit: CommitId,
  options: { readonly signal?: AbortSignal } = {},
): Promise<readonly PlanWarning[]> {
  if (model.tracking !== 'dvc' && model.tracking !== 'lfs') return [];
  const { side } = await checkRemote(catalog, { model, digest: model.digest, commit }, options);
  if (side.state !== 'differs') return [];
  const here = await createLocator(catalog.repository, options).locate(model, catalog.head.commit === commit);
  if (here === 'unknown') return [];
  if (here === 'absent') {
    const message = `The bytes of ${model.name} are neither here nor on ${side.source}: nobody can load this version until they are found.`;
    return [{ severity: 'warning', code: 'bytes-nowhere', message, commit }];
  }
  const remedy = pushOf(catalog, model);
  const message = `The bytes of ${model.name} are here and not on ${side.source}: push them first (${renderCommand(remedy)}), so that others can load this version.`;
  return [{ severity: 'warning', code: 'bytes-only-here', message, commit, remedy }];
}

function pushOf(
  { settings }: RegistryCatalog,
  { tracking, path, pointer, digest }: Model,
): readonly string[] {
  if (tracking === 'dvc') {
    // `dvc push` takes a `.dvc` file, or an output of a pipeline by its path.
    const target = pointer?.endsWith('.dvc') === true ? pointer : path;
    return ['dvc', 'push', ...(target === null ? [] : [target])];
  }
  return ['git', 'lfs', 'push', '--object-id', settings.remote, ...(digest ? [digest.value] : [])];
}
