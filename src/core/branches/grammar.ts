import type { BranchConvention } from '../settings/settings.js';

/** What is wrong with a convention as it is written; undefined when names can be judged by it. */
export function conventionProblem(
  _convention: { readonly [K in keyof BranchConvention]?: BranchConvention[K] | undefined },
): { readonly key?: 'pattern' | 'regex' | 'required' | 'maxLength' | 'allowed'; readonly message: string } | undefined {
  return undefined;
}
