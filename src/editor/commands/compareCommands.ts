import path from 'node:path';
import * as vscode from 'vscode';
import { findModel } from '../../core/catalog/select.js';
import { mergeBase } from '../../core/git/mergeBase.js';
import type { CompareRequest } from '../compare/provider.js';
import { Commands, ContextKeys } from '../ids.js';
import { rowRev } from '../tree/branchRows.js';
import { changedFiles, openFiles } from './changedFiles.js';
import { askRevisions } from './askRevisions.js';
import { versionChoices } from './askVersion.js';
import type { Register } from './register.js';
import type { Services } from './services.js';
import type { Choice } from './steps.js';
import { BACK, pick, single } from './steps.js';
import type { Place, Target } from './targets.js';
import { askPlace, askTarget, homeBranch, isNode, isRevisionNode, targetOf } from './targets.js';

/** Opens the compare page. */
export type OpenComparison = (request: CompareRequest) => void;

/** Side by side: chosen versions, a version and the one before it, what was selected, what a branch changes. */
export function compareCommands(register: Register, services: Services, open: OpenComparison): void {
  const { t } = vscode.l10n;
  const failure = t('Could not compare');
  const compare = (place: Place, model: string, revs: readonly string[]): void =>
    open({ repository: place.entry.repository.root, model, revs });
  let selected: Target | null = null;

  register(
    Commands.compareVersions,
    async (argument, selection) => {
      const rows = Array.isArray(selection) ? selection.filter(isRevisionNode) : [];
      if (rows.length > 1) {
        const targets = (await Promise.all(rows.map(targetOf))).flatMap((target) => target ?? []);
        const [first] = targets;
        if (!first) return;
        const same = targets.filter((target) => target.entry === first.entry && target.name === first.name);
        if (same.length !== targets.length)
          throw new Error(t('Versions of different models are not compared'));
        compare(first, first.name, same.map(revOf));
        return;
      }
      const title = t('Compare Versions');
      const file = argument instanceof vscode.Uri ? await ofFile(services, argument) : null;
      const target = file ?? (await askTarget(services, argument, title, t('Versions of which model?')));
      if (!target) return;
      const model = { ...target, path: 'path' in target ? target.path : (target.model?.path ?? null) };
      const revs = await askRevisions(model, single(title), 'many');
      if (revs === undefined || revs === BACK || revs.length === 0) return;
      compare(target, target.name, revs);
    },
    failure,
  );

  register(
    Commands.compareWithPrevious,
    async (argument) => {
      if (isNode(argument) && argument.kind === 'version' && argument.previous) {
        compare(argument, argument.name, [argument.previous.version, argument.version.version]);
        return;
      }
      // A row that was drawn anew while its menu was open arrives as nothing: ask instead of doing nothing.
      const target = await askTarget(
        services,
        argument,
        t('Compare with Previous Version'),
        t('Which model?'),
      );
      if (!target) return;
      const versions = versionChoices(target, { active: true }).map(({ value }) => value.version);
      const at = Math.max(0, versions.indexOf(target.version?.version ?? ''));
      const pair = versions.slice(at, at + 2).reverse();
      if (pair.length < 2) throw new Error(t('{0} has no earlier version', target.name));
      compare(target, target.name, pair);
    },
    failure,
  );

  register(
    Commands.compareWithTip,
    async (argument) => {
      const target = await askTarget(services, argument, t('Compare with Current Branch'), t('Which model?'));
      const home = target && homeBranch(target.snapshot);
      if (target && home) compare(target, target.name, [revOf(target), home.name]);
    },
    failure,
  );

  /** The row's revision, else a model and then one of its revisions. */
  const askRevision = async (argument: unknown, title: string): Promise<Target | undefined> => {
    const target = await askTarget(services, argument, title, t('Which model?'));
    if (!target || isRevisionNode(argument)) return target;
    const model = { ...target, path: target.model?.path ?? null };
    const revs = await askRevisions(model, single(title), 'one');
    const [rev] = revs === undefined || revs === BACK ? [] : revs;
    return rev === undefined ? undefined : { ...target, rev, label: rev, version: null };
  };

  register(Commands.selectForCompare, async (argument) => {
    selected = (await askRevision(argument, t('Select for Compare'))) ?? null;
    await vscode.commands.executeCommand('setContext', ContextKeys.compareSelected, selected !== null);
    if (selected)
      vscode.window.setStatusBarMessage(
        t('Selected {0} {1} for comparing', selected.name, selected.label),
        4000,
      );
  });

  register(
    Commands.compareWithSelected,
    async (argument) => {
      if (!selected) throw new Error(t('Select what to compare with first'));
      const target = await askRevision(argument, t('Compare with Selected'));
      if (!target) return;
      if (target.entry.repository.root !== selected.entry.repository.root || target.name !== selected.name) {
        throw new Error(t('{0} was selected; versions of different models are not compared', selected.name));
      }
      compare(target, target.name, [revOf(selected), revOf(target)]);
    },
    failure,
  );

  register(
    Commands.reviewChanges,
    async (argument) => {
      const place = await askPlace(services.store, argument, t('Review Changes'));
      if (!place) return;
      const branch =
        isNode(argument) && argument.kind === 'branch' ? argument.row.branch : homeBranch(place.snapshot);
      const { catalog } = place.snapshot;
      const target = catalog.defaultBranch?.branch ?? null;
      if (!branch?.commit || !target?.commit) return;
      const row = isNode(argument) && argument.kind === 'branch' ? argument.row : null;
      const rev = row
        ? rowRev(row)
        : branch.remote === null
          ? branch.name
          : `${branch.remote}/${branch.name}`;
      const { changed } = await catalog.changesOn(branch);
      const { models } = await catalog.modelsOn(branch);
      const choices = models
        .filter((model) => model.path !== null && changed.has(model.path))
        .map((model): Choice<string> => ({
          label: `$(package) ${model.name}`,
          description: model.path ?? '',
          value: model.name,
        }));
      const base = await mergeBase(catalog.repository, branch.commit, target.commit);
      const from = base ?? target.commit;
      const files = await changedFiles(catalog.repository, from, branch.commit);
      if (choices.length + files.length === 0) {
        services.notify.done(t('{0} changes nothing', rev));
        return;
      }
      const items: (Choice<string> | vscode.QuickPickItem)[] = [...choices];
      const label = files.length === 1 ? t('1 file') : t('{0} files', files.length);
      const detail = files
        .slice(0, 4)
        .map(({ path: file }) => file)
        .join(', ');
      items.push({
        label: `$(diff-multiple) ${label}`,
        description: t('code and pointers'),
        detail,
        value: '',
      });
      const placeholder = t('What {0} changes since it left {1}', rev, target.name);
      const model = await pick<string>(single(t('Review Changes')), { placeholder, items });
      if (model === undefined || model === BACK) return;
      if (model === '') {
        await openFiles(place, t('What {0} changes', rev), from, branch.commit, files);
        return;
      }
      compare(place, model, [base === null ? target.name : base.slice(0, 10), rev]);
    },
    failure,
  );
}

/** What the page calls a revision: short where that is unambiguous for the model. */
function revOf(target: Target): string {
  return target.version?.version ?? target.rev;
}

/** The model that a pointer file in the explorer stands for. */
async function ofFile(
  services: Services,
  uri: vscode.Uri,
): Promise<(Place & { name: string; path: string | null; rev: string }) | null> {
  const place = await askPlace(services.store, uri, vscode.l10n.t('Compare Versions'));
  if (!place) return null;
  const inside = path.relative(place.entry.repository.root, uri.fsPath).split(path.sep).join('/');
  const found = await findModel(place.snapshot.catalog, inside.replace(/\.dvc$/, ''));
  if (found.kind !== 'found') throw new Error(vscode.l10n.t('{0} tracks no model', inside));
  const { name, path: modelPath } = found.selected;
  return { ...place, name, path: modelPath, rev: 'HEAD' };
}
