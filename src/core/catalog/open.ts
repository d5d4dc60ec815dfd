import type { Repository } from '../git/repository.js';
import type { RepositoryCatalog } from './repositoryCatalog.js';
import type { LoadOptions } from './source.js';
import { CatalogSource } from './source.js';

/**
 * The catalog of a repository, built once. Who shows it for longer keeps a `CatalogSource` and loads the next
 * one from it.
 * @throws GitError when the repository itself cannot be read.
 */
export async function openCatalog(
  repository: Repository,
  options: LoadOptions = {},
): Promise<RepositoryCatalog> {
  return new CatalogSource(repository).load(options);
}
