import * as vscode from 'vscode';
import { createLocator } from '../../core/artifacts/locate.js';
import type { Catalog, Locality, Model, Version } from '../../core/catalog/catalog.js';
import { sameAs } from '../../core/catalog/versions.js';
import type { CommitId } from '../../core/git/ids.js';
import { commitSummary } from '../../core/git/show.js';
import type { Json } from '../../core/compare/value.js';
import { shortText } from '../../core/compare/text.js';
import { nameLine } from '../../core/settings/editNames.js';
import { misnamed } from '../branchVerdict.js';
import type { PinLookup } from '../pins/pinLookup.js';
import type { RepositoryEntry, Snapshot } from '../store/repositoryEntry.js';
import { ago, date, dots, listed, size, trackingName } from '../words.js';
import { rowName } from './branchRows.js';
import { registration } from './labels.js';
import type { BranchNode, ModelNodes, StateNode, UnboundNameNode } from './nodes.js';
import { remedyText, unboundVersions } from './unboundRows.js';

/** More values than this are counted, not listed. */
const MOST_VALUES = 8;

/** Reads what a model was made with; injected, because it may have to read a commit's files. */
export type ReadParameters = (
  catalog: Catalog,
  model: Model,
  commit: CommitId,
) => Promise<{
  readonly parameters: Readonly<Record<string, Json>>;
  readonly metrics: Readonly<Record<string, Json>>;
}>;

export interface TooltipSources {
  readonly pins: PinLookup;
  readonly readParameters: ReadParameters;
}

/** The tooltip of a row, made when somebody hovers. Repository text is appended as text, never as Markdown. */
export async function resolveTooltip(
  node: ModelNodes,
  sources: TooltipSources,
): Promise<vscode.MarkdownString | string> {
  const { pins } = sources;
  switch (node.kind) {
    case 'branch':
    case 'holder':
      return branchTooltip(node);
    case 'model':
      return revisionTooltip(node, sources, {
        title: node.model.name,
        subtitle: registration(node.model, node.snapshot),
        model: node.model,
        commit: node.commit,
        current: node.row.current,
        pinLines: pins.of(node.entry, node.model.name)?.lines ?? [],
      });
    case 'registered':
      return node.model === null || node.commit === null
        ? node.registered.name
        : revisionTooltip(node, sources, {
            title: node.registered.name,
            subtitle: node.row ? vscode.l10n.t('on {0}', rowName(node.row)) : '',
            model: node.model,
            commit: node.commit,
            current: node.row?.current ?? false,
            pinLines: pins.of(node.entry, node.registered.name)?.lines ?? [],
          });
    case 'version':
      return versionTooltip(node, sources, node.version);
    case 'plainTag':
    case 'unregistered':
      return revisionTooltip(node, sources, {
        title: node.name,
        subtitle:
          node.kind === 'plainTag'
            ? node.tags.map((tag) => tag.name).join(', ')
            : node.model.digest === null
              ? vscode.l10n.t('digest unknown')
              : vscode.l10n.t('unregistered'),
        model: node.model,
        commit: node.commit,
        current: false,
        pinLines: [],
      });
    case 'state':
      return stateTooltip(node);
    case 'failed':
      return node.error instanceof Error ? node.error.message : String(node.error);
    case 'diagnostic':
      return dots(node.diagnostic.message, node.diagnostic.path, node.diagnostic.ref, node.diagnostic.commit);
    case 'unboundName':
      return unboundTooltip(node);
    case 'unbound':
      return vscode.l10n.t(
        'Versions were registered under these names, but no model had them at the tagged commits',
      );
    case 'diagnostics':
      return node.diagnostics.map(({ message }) => message).join('\n');
    case 'message':
      return node.text === 'noCommitsHere'
        ? vscode.l10n.t('Models are read from commits: what only lies in the folder is not shown')
        : '';
    case 'review':
      return vscode.l10n.t('Say what is a model and what is not');
    default:
      return '';
  }
}

function unboundTooltip({ unbound }: UnboundNameNode): vscode.MarkdownString {
  const tooltip = new Tooltip();
  const { t } = vscode.l10n;
  const { name, versions, remedy } = unbound;
  tooltip.title(name, unboundVersions(unbound));
  tooltip.field(t('Belongs to'), t('no model: at the tagged commits none has that name'));
  tooltip.field(
    t('Tags'),
    versions
      .slice(0, MOST_VALUES)
      .map(({ tag }) => tag)
      .join(', '),
  );
  tooltip.field(t('Could be'), remedyText(unbound));
  if (remedy.kind === 'choose') tooltip.field(t('Which'), remedy.paths.slice(0, MOST_VALUES).join(', '));
  if (remedy.kind === 'name')
    tooltip.code(t('In modelkeep.yaml, under models.names'), nameLine(name, remedy.path));
  return tooltip.markdown;
}

/** What a row of the clone's state means in full: in a narrow view its text is cut off. */
function stateTooltip(node: StateNode): string {
  const { t } = vscode.l10n;
  if (node.state === 'leftOut') {
    return t(
      'This is a partial clone. These files are named like models and may be large, so they are left out when missing objects are fetched; checking out a branch gets those on it: {0}',
      listed(node.paths),
    );
  }
  return {
    tagless: t('This clone has no tags: which versions there are is unknown until they are fetched'),
    shallow: t('This clone has no older commits: versions before them are unknown'),
    partial: t(
      'This is a partial clone: some folders and files were not fetched, so models may be missing here. Nothing is fetched before you say so',
    ),
    unwatched: t(
      'Changes cannot be watched ({0}): the repository is read again when the window gets focus',
      node.entry.watchFailure ?? '',
    ),
  }[node.state];
}

interface Context {
  readonly entry: RepositoryEntry;
  readonly snapshot: Snapshot;
}

interface Revision {
  readonly title: string;
  readonly subtitle: string;
  readonly model: Model;
  readonly commit: CommitId;
  readonly current: boolean;
  readonly pinLines: readonly string[];
}

class Tooltip {
  readonly markdown = new vscode.MarkdownString('', true);

  title(text: string, detail: string): void {
    this.markdown.appendMarkdown('**').appendText(text).appendMarkdown('**');
    if (detail !== '') this.markdown.appendText(`  ${detail}`);
  }

  field(name: string, value: string | null | undefined): void {
    if (value === null || value === undefined || value === '') return;
    this.markdown.appendMarkdown('  \n').appendText(`${name}: ${value.replaceAll('\n', ' ')}`);
  }

  code(name: string, value: string): void {
    this.markdown
      .appendMarkdown('  \n')
      .appendText(`${name}: `)
      .appendMarkdown(`\`${value.replaceAll(/[`\n]/g, ' ')}\``);
  }

  values(name: string, values: Readonly<Record<string, Json>>): void {
    const entries = Object.entries(values);
    if (entries.length === 0) return;
    this.markdown.appendMarkdown('\n\n---\n').appendMarkdown('**').appendText(name).appendMarkdown('**');
    for (const [key, value] of entries.slice(0, MOST_VALUES)) this.field(key, shortText(value));
    if (entries.length > MOST_VALUES)
      this.field('…', vscode.l10n.t('{0} more', entries.length - MOST_VALUES));
  }
}

async function revisionTooltip(
  { entry, snapshot }: Context,
  sources: TooltipSources,
  revision: Revision,
): Promise<vscode.MarkdownString> {
  const { model, commit } = revision;
  const tooltip = new Tooltip();
  tooltip.title(revision.title, revision.subtitle);
  tooltip.field(vscode.l10n.t('About'), model.description);
  for (const line of revision.pinLines) tooltip.field(vscode.l10n.t('Pinned'), line);
  if (model.digest) tooltip.code(vscode.l10n.t('Digest'), `${model.digest.algorithm} ${model.digest.value}`);
  tooltip.field(
    vscode.l10n.t('Size'),
    dots(size(model.size), model.files !== undefined && vscode.l10n.t('{0} files', model.files)),
  );
  tooltip.field(
    vscode.l10n.t('Tracked by'),
    dots(trackingName(model.tracking), model.pointer, model.stage && vscode.l10n.t('stage {0}', model.stage)),
  );
  tooltip.field(
    vscode.l10n.t('Bytes'),
    localityText(await createLocator(entry.repository).locate(model, revision.current)),
  );
  await commitField(tooltip, entry, commit);
  await valuesOf(tooltip, sources, snapshot, model, commit);
  return tooltip.markdown;
}

async function versionTooltip(
  context: Context,
  sources: TooltipSources,
  version: Version,
): Promise<vscode.MarkdownString> {
  const { entry, snapshot } = context;
  const tooltip = new Tooltip();
  tooltip.title(version.tag, version.active ? '' : vscode.l10n.t('deregistered'));
  tooltip.field(vscode.l10n.t('Message'), version.message.split('\n', 1)[0]);
  tooltip.field(vscode.l10n.t('Registered'), dots(version.author, date(Date.parse(version.time))));
  tooltip.field(vscode.l10n.t('Stages'), version.stages.join(', '));
  tooltip.field(vscode.l10n.t('Same bits as'), listed(sameAs(version)));
  if (version.digest)
    tooltip.code(vscode.l10n.t('Digest'), `${version.digest.algorithm} ${version.digest.value}`);
  const { models } = await snapshot.catalog.modelsAt(version.commit);
  const model = models.find((other) => other.name === version.model?.name);
  if (model) {
    tooltip.field(vscode.l10n.t('Size'), size(model.size));
    tooltip.field(vscode.l10n.t('Tracked by'), dots(trackingName(model.tracking), model.pointer));
    tooltip.field(
      vscode.l10n.t('Bytes'),
      localityText(await createLocator(entry.repository).locate(model, false)),
    );
  }
  await commitField(tooltip, entry, version.commit);
  if (model) await valuesOf(tooltip, sources, snapshot, model, version.commit);
  return tooltip.markdown;
}

async function commitField(tooltip: Tooltip, entry: RepositoryEntry, commit: CommitId): Promise<void> {
  const summary = await commitSummary(entry.repository, commit).catch(() => null);
  tooltip.field(
    vscode.l10n.t('Commit'),
    dots(
      commit.slice(0, 8),
      summary?.subject,
      summary?.author,
      summary && `${ago(Date.parse(summary.time))} (${date(Date.parse(summary.time))})`,
    ),
  );
}

async function valuesOf(
  tooltip: Tooltip,
  sources: TooltipSources,
  snapshot: Snapshot,
  model: Model,
  commit: CommitId,
): Promise<void> {
  const found = await sources.readParameters(snapshot.catalog, model, commit).catch(() => null);
  if (!found) return;
  tooltip.values(vscode.l10n.t('Parameters'), found.parameters);
  tooltip.values(vscode.l10n.t('Metrics'), found.metrics);
}

function branchTooltip({ row, snapshot }: Pick<BranchNode, 'row' | 'snapshot'>): vscode.MarkdownString {
  const tooltip = new Tooltip();
  tooltip.title(rowName(row), row.current ? vscode.l10n.t('current branch') : '');
  const standard = snapshot.catalog.defaultBranch;
  if (row.isDefault && standard) {
    const reasons: Readonly<Record<typeof standard.because, string>> = {
      setting: vscode.l10n.t('named in modelkeep.yaml'),
      'remote-head': vscode.l10n.t('the remote says so'),
      name: vscode.l10n.t('by its name'),
      head: vscode.l10n.t('it is checked out'),
    };
    tooltip.field(vscode.l10n.t('Default branch'), reasons[standard.because]);
  }
  const wrong = misnamed(snapshot.catalog, row);
  if (wrong) {
    tooltip.field(vscode.l10n.t('Name'), wrong.rule);
    tooltip.field(vscode.l10n.t('It could be called'), wrong.suggestion);
  }
  if (row.upstream)
    tooltip.field(vscode.l10n.t('Upstream'), `${row.upstream.remote ?? ''}/${row.upstream.name}`);
  if (row.facts && (row.facts.ahead > 0 || row.facts.behind > 0)) {
    tooltip.field(
      vscode.l10n.t('Distance'),
      vscode.l10n.t('{0} ahead, {1} behind', row.facts.ahead, row.facts.behind),
    );
  }
  if (row.merged) tooltip.field(vscode.l10n.t('Merged'), vscode.l10n.t('the default branch contains it'));
  const time = row.facts?.time ?? null;
  if (row.branch.commit !== null) {
    tooltip.field(
      vscode.l10n.t('Last commit'),
      dots(row.branch.commit.slice(0, 8), time !== null && `${ago(time * 1000)} (${date(time * 1000)})`),
    );
  }
  return tooltip.markdown;
}

/** Where bytes are, in words. */
export function localityText(where: Locality): string {
  const texts: Readonly<Record<Locality, string>> = {
    workspace: vscode.l10n.t('here, in the working copy'),
    cache: vscode.l10n.t('in the local cache'),
    absent: vscode.l10n.t('only remote'),
    unknown: vscode.l10n.t('not known'),
  };
  return texts[where];
}
