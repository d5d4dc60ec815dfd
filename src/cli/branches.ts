import type { Branch } from '../core/catalog/catalog.js';
import { CommandError } from './command.js';

/** A branch as people write it: `main`, `origin/main`, `refs/heads/main`. */
export function findBranch(branches: readonly Branch[], name: string): Branch {
  const found =
    branches.find((branch) => branch.remote === null && branch.name === name) ??
    branches.find((branch) => branch.remote !== null && fullName(branch) === name) ??
    branches.find((branch) => branch.ref === name);
  if (found) return found;
  const others = branches.filter((branch) => branch.name === name);
  if (others.length === 1 && others[0]) return others[0];
  const similar = branches.filter((branch) => branch.name.toLowerCase().includes(name.toLowerCase()));
  const candidates = (others.length > 0 ? others : similar).slice(0, 10).map(fullName);
  throw new CommandError(2, 'branch-unknown', `There is no branch "${name}" here`, candidates);
}

/** `main`, `origin/main`. */
export function fullName(branch: Pick<Branch, 'name' | 'remote'>): string {
  return branch.remote === null ? branch.name : `${branch.remote}/${branch.name}`;
}
