import { parseTagName } from '../gto/tagName.js';
import { gtoMessage } from './messages.js';
import type { RegistryPlan } from './plan.js';

/**
 * The command line that does the same and pushes it, as an argument list: for CI, where a remote that keeps tags from
 * people lets them be made. Undefined of an empty plan.
 */
export function ciCommand(plan: RegistryPlan): readonly string[] | undefined {
  const { artifact, version, tags } = plan;
  const last = tags.at(-1);
  if (last === undefined) return undefined;
  const { what, tag, commit, message } = last;
  const said = parseTagName(tag);
  const stage = said?.kind === 'stage' ? said.stage : '';
  const text = (own: string): readonly string[] => (message === own ? [] : ['--message', message]);
  const named = version ?? '';
  // A commit that gets its version with the stage, or never had one, is named itself.
  const which = tags.length > 1 || named === commit ? ['--rev', commit] : ['--version', named];
  switch (what) {
    case 'register':
    case 'restore': {
      const own = gtoMessage.register(artifact, named);
      return ['modelkeep', 'tag', artifact, '--version', named, '--rev', commit, ...text(own), '--push'];
    }
    case 'assign':
      return [
        ...['modelkeep', 'stage', artifact, stage, ...which],
        ...text(gtoMessage.assign(artifact, named, stage)),
        '--push',
      ];
    case 'unassign':
      return [
        ...['modelkeep', 'stage', artifact, stage, ...which, '--remove'],
        ...text(gtoMessage.unassign(artifact, named, stage)),
        '--push',
      ];
    case 'deregister':
      return [
        ...['modelkeep', 'deprecate', artifact, named],
        ...text(gtoMessage.deregister(artifact, named)),
        '--push',
      ];
    case 'deprecate':
      return ['modelkeep', 'deprecate', artifact, ...text(gtoMessage.deprecate(artifact)), '--push'];
  }
}
