import type { PlanWarning } from './plan.js';
import type { Registry } from './registry.js';

/** What could not be learned from the remote, and tags that differ there: never a reason to stop. */
export function remoteWarnings({ remote, tags }: Registry, name: string): readonly PlanWarning[] {
  if (remote === null) return [];
  if (remote.state === 'no-remote') {
    const message = `There is no remote "${name}": the number is free here, and nobody else was asked.`;
    return [{ severity: 'warning', code: 'no-remote', message }];
  }
  if (remote.state === 'unreachable') {
    const message = `${name} did not answer (${remote.message}): the number is free here, and may be taken there.`;
    return [{ severity: 'warning', code: 'remote-unreachable', message }];
  }
  return [...remote.tags].flatMap(([tag, there]) => {
    const here = tags.refs.get(tag);
    if (here === undefined || here === there.id) return [];
    const message = `The tag ${tag} is not the same here and at ${name}: tags are never moved, so find out which one is meant and delete the other.`;
    return [{ severity: 'warning' as const, code: 'tag-conflict', message, ref: `refs/tags/${tag}` }];
  });
}
