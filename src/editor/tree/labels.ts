import * as vscode from 'vscode';
import type { BranchChanges, BranchModel } from '../../core/catalog/catalog.js';
import { sameAs } from '../../core/catalog/versions.js';
import type { Snapshot } from '../store/repositoryEntry.js';
import { ago, dots, size, trackingName } from '../words.js';
import type { BranchRow } from './branchRows.js';
import type { PlainTagNode, VersionNode } from './nodes.js';

/**
 * `v2.1.0 · prod · 48 MB · DVC`; a version only when the tip has its bits, else `unregistered, after v2.1.0`. What a
 * narrow view cuts off is what matters least.
 */
export function modelDescription(model: BranchModel, snapshot: Snapshot): string {
  return dots(
    registration(model, snapshot),
    model.stages.join(', '),
    size(model.size),
    trackingName(model.tracking),
  );
}

/** The version the tip's bits have, or what they came after; bits that are not known may be those of a version. */
export function registration(model: BranchModel, snapshot: Snapshot): string {
  const version = (tag: string): string => snapshot.catalog.versions.get(tag)?.version ?? tag;
  if (model.at !== null) return version(model.at);
  const [latest] = model.versions;
  if (model.digest === null) {
    return latest === undefined
      ? vscode.l10n.t('digest unknown')
      : vscode.l10n.t('digest unknown, after {0}', version(latest));
  }
  return latest === undefined
    ? vscode.l10n.t('unregistered')
    : vscode.l10n.t('unregistered, after {0}', version(latest));
}

/** What a branch is and what it changes: `current · 2 models changed · ↑1 ↓2`, `behind · 8 months ago`. */
export function branchDescription(row: BranchRow, changes: BranchChanges | undefined): string {
  return dots(
    row.current && vscode.l10n.t('current'),
    row.isDefault && vscode.l10n.t('default'),
    row.isDefault ? null : changed(row, changes),
    distance(row),
    row.stale && row.facts?.time != null && ago(row.facts.time * 1000),
  );
}

function changed(row: BranchRow, changes: BranchChanges | undefined): string | null {
  if (row.branch.commit === null) return vscode.l10n.t('no commits yet');
  if (row.merged) return vscode.l10n.t('merged');
  if (!changes) return null;
  const count = changes.changed.size;
  if (changes.unsure !== null && count > 0) {
    return count === 1
      ? vscode.l10n.t('1 model differs (shallow clone)')
      : vscode.l10n.t('{0} models differ (shallow clone)', count);
  }
  if (count === 1) return vscode.l10n.t('1 model changed');
  if (count === 0) return changes.behind ? vscode.l10n.t('behind') : null;
  return vscode.l10n.t('{0} models changed', count);
}

/** `↑1 ↓2` against the upstream, as VS Code's own source control writes it. */
function distance(row: BranchRow): string | null {
  const { facts, upstream } = row;
  if (facts?.gone === true) return vscode.l10n.t('upstream gone');
  if (!facts || !upstream) return null;
  return [facts.ahead > 0 && `↑${String(facts.ahead)}`, facts.behind > 0 && `↓${String(facts.behind)}`]
    .filter(Boolean)
    .join(' ');
}

/** `prod, staging · 3 days ago · same bits as v2.0.0`. */
export function versionDescription(node: VersionNode): string {
  const { version } = node;
  const { versions } = node.snapshot.catalog;
  const [same, ...more] = sameAs(version).map((tag) => versions.get(tag)?.version ?? tag);
  return dots(
    version.stages.join(', '),
    !version.active && vscode.l10n.t('deregistered'),
    node.pinned && vscode.l10n.t('pinned'),
    ago(Date.parse(version.time)),
    same !== undefined &&
      (more.length === 0
        ? vscode.l10n.t('same bits as {0}', same)
        : vscode.l10n.t('same bits as {0} and {1} more', same, more.length)),
  );
}

/** `v2.0, baseline` and what their bits are. */
export function plainTagLabel(node: PlainTagNode): { readonly label: string; readonly description: string } {
  const names = node.tags.map((tag) => tag.name);
  const label =
    names.length > 3
      ? vscode.l10n.t('{0} and {1} more tags', names.slice(0, 2).join(', '), names.length - 2)
      : names.join(', ');
  const [first] = node.tags;
  const same = node.sameAs ? vscode.l10n.t('same bits as {0}', node.sameAs.version) : null;
  return {
    label,
    description: dots(
      node.atTip && vscode.l10n.t('here'),
      names.length > 1 ? vscode.l10n.t('tags') : vscode.l10n.t('tag'),
      same,
      first && ago(Date.parse(first.time)),
    ),
  };
}
