import path from 'node:path';
import type { Catalog } from '../catalog/catalog.js';
import { openCatalog } from '../catalog/open.js';
import { GitError } from '../git/process.js';
import { openRepository } from '../git/repository.js';
import type { PinSetting } from '../settings/settings.js';

/** The catalog in which a pin's model is registered, or why there is none. */
export type RegistryOf = (pin: PinSetting) => Promise<Catalog | { readonly unavailable: string }>;

/**
 * The repository's own catalog for most pins; where `repository` names another by a path, that one's, opened once.
 * A Git address is not contacted: a clone beside this one, named by its path, is.
 */
export function registries(catalog: Catalog, options: { readonly signal?: AbortSignal } = {}): RegistryOf {
  const opened = new Map<string, ReturnType<RegistryOf>>();
  return (pin) => {
    if (pin.repository === undefined) return Promise.resolve(catalog);
    let other = opened.get(pin.repository);
    if (!other) opened.set(pin.repository, (other = openOther(catalog, pin.repository, options)));
    return other;
  };
}

async function openOther(
  catalog: Catalog,
  written: string,
  options: { readonly signal?: AbortSignal },
): ReturnType<RegistryOf> {
  if (/^[A-Za-z][A-Za-z0-9+.-]+:\/\/|^[^/\\]+@[^/\\]+:/.test(written)) {
    return {
      unavailable: `${redacted(written)} is an address: clone it and write the clone's path in "repository"`,
    };
  }
  try {
    const repository = await openRepository(path.resolve(catalog.repository.root, written), {
      git: catalog.repository.git,
      ...options,
    });
    return await openCatalog(repository, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof GitError)
      return { unavailable: `The repository "${written}" cannot be read: ${error.message}` };
    throw error;
  }
}

/** An address without the user and password in it. */
export function redacted(address: string): string {
  return address.replace(/^([A-Za-z][A-Za-z0-9+.-]+:\/\/)[^/@]*@/, '$1');
}
