import type { Version } from '../core/catalog/catalog.js';
import { sameAs } from '../core/catalog/versions.js';

/** A version as the contract has it: what binds it to a model stays inside. */
export function versionJson(version: Version): Record<string, unknown> {
  const { kind, tag, commit, digest, time, author, message, active, stages } = version;
  return {
    kind,
    tag,
    version: version.version,
    commit,
    digest,
    time,
    author,
    message,
    active,
    stages,
    sameAs: sameAs(version),
  };
}
