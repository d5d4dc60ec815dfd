import * as vscode from 'vscode';
import { rowName, branchRows } from '../tree/branchRows.js';
import { ago } from '../words.js';
import { versionChoices } from './askVersion.js';
import type { Choice, Position } from './steps.js';
import { BACK, pick, pickMany } from './steps.js';
import type { Place } from './targets.js';
import { homeBranch } from './targets.js';

export interface RevisedModel extends Place {
  readonly name: string;
  readonly path: string | null;
}

/**
 * Asks for revisions of a model: versions, branches, plain tags. With `many` the two that one would compare first
 * are ticked: the newest version and, if it has other bits, the current branch; else the two newest versions.
 */
export async function askRevisions(
  model: RevisedModel,
  position: Position,
  how: 'one' | 'many',
): Promise<readonly string[] | typeof BACK | undefined> {
  const { t } = vscode.l10n;
  const { catalog, facts } = model.snapshot;
  const versions = versionChoices(model).map(({ value, ...item }): Choice<string> => ({
    ...item,
    value: value.version,
  }));
  const home = homeBranch(model.snapshot);
  const homeModel = home
    ? (await catalog.modelsOn(home)).models.find(({ name }) => name === model.name)
    : undefined;
  const unregistered = home !== null && homeModel !== undefined && homeModel.at === null;
  const rows = branchRows(catalog, facts, {
    showRemote: true,
    staleDays: 90,
    now: Date.now() / 1000,
    isHidden: () => false,
    isProtected: () => false,
  });
  const branches = rows.flatMap((row): Choice<string>[] =>
    row.branch.commit === null
      ? []
      : [
          {
            label: `$(git-branch) ${rowName(row)}`,
            description: row.current ? t('current') : '',
            value: rowName(row),
          },
        ],
  );
  const tags = (await catalog.plainVersions({ name: model.name, path: model.path })).map(
    (tag): Choice<string> => ({
      label: `$(bookmark) ${tag.tag}`,
      description: ago(Date.parse(tag.time)),
      value: tag.tag,
    }),
  );
  const ticked = new Set(
    unregistered ? [home.name, versions[0]?.value] : versions.slice(0, 2).map(({ value }) => value),
  );
  const separator = (label: string): vscode.QuickPickItem => ({
    label,
    kind: vscode.QuickPickItemKind.Separator,
  });
  const items = [
    separator(t('Versions')),
    ...versions,
    separator(t('Branches')),
    ...branches,
    separator(t('Tags')),
    ...tags,
  ].map((item) => (isRevision(item) ? { ...item, picked: ticked.has(item.value) } : item));
  const placeholder = t('Which revisions of {0}?', model.name);
  if (how === 'many') {
    const chosen = await pickMany<string>(position, {
      placeholder: `${placeholder} ${t('Two to twelve')}`,
      items,
    });
    // Older first: what is new stands to the right of what it is measured against.
    return chosen === undefined || chosen === BACK
      ? chosen
      : oldestFirst(
          chosen,
          versions.map(({ value }) => value),
        );
  }
  const chosen = await pick<string>(position, { placeholder, items });
  return chosen === undefined || chosen === BACK ? chosen : [chosen];
}

function oldestFirst(chosen: readonly string[], newestFirst: readonly string[]): readonly string[] {
  const known = chosen.filter((rev) => newestFirst.includes(rev));
  known.sort((left, right) => newestFirst.indexOf(right) - newestFirst.indexOf(left));
  return [...known, ...chosen.filter((rev) => !newestFirst.includes(rev))];
}

function isRevision(item: Choice<string> | vscode.QuickPickItem): item is Choice<string> {
  return 'value' in item;
}
