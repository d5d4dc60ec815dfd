import type { Diagnostic } from '../core/diagnostic.js';
import type { CommandContext } from './command.js';

/**
 * Says what is wrong once: the same broken file on a hundred branches with the first branch that has it, or, `perCommit`,
 * with every commit that has it.
 */
export function onceEach(
  context: CommandContext,
  { perCommit }: { readonly perCommit?: boolean } = {},
): (diagnostics: readonly Diagnostic[]) => void {
  const said = new Set<string>();
  return (diagnostics) => {
    context.diagnose(
      diagnostics.filter(({ code, path, line, message, commit }) => {
        const key = JSON.stringify([code, path, line, message, perCommit === true ? commit : '']);
        return !said.has(key) && said.add(key);
      }),
    );
  };
}
