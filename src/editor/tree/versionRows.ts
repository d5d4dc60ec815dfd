import { append } from '../../core/append.js';
import type { PlainTag, Version } from '../../core/catalog/catalog.js';
import { byImportance, isRelease } from '../../core/catalog/tagOrder.js';
import { digestKey, sameBits } from '../../core/digest.js';
import type { Where } from './branchChildren.js';
import type { ModelNode, ModelNodes, OlderTagsNode, PlainTagNode, VersionNode } from './nodes.js';
import { firstPage } from './paging.js';

/** More plain tags than this are not looked into before somebody asks for them: nightly tags come by the thousand. */
const LOOKED_INTO = 1000;

/** Rows of plain tags below the versions; what is more stands under one row. */
const TAG_ROWS = 10;

/** The versions of a model on a branch, newest first, then plain tags, those with the same bits in one row. */
export async function childrenOfModel(
  node: ModelNode,
  isPinned: (version: Version) => boolean,
): Promise<readonly ModelNodes[]> {
  const { catalog } = node.snapshot;
  const versions = versionsOf(node);
  const rows = versions.map((version, index): VersionNode => ({
    ...where(node),
    kind: 'version',
    id: `${node.id}\u0000${version.tag}`,
    name: node.model.name,
    version,
    previous: versions[index + 1] ?? null,
    atTip: sameBits(version.digest, node.model.digest),
    pinned: isPinned(version),
    holders: null,
  }));
  const { shown, rest } = firstPage<ModelNodes>(rows);
  const children: ModelNodes[] = [...shown];
  if (rest.length > 0) {
    children.push({ ...where(node), kind: 'more', of: 'page', id: `${node.id}\u0000more`, nodes: rest });
  }
  const { tags } = await catalog.modelsOn(node.row.branch);
  append(children, await tagRows(node, tags));
  if (children.length === 0)
    children.push({ kind: 'message', id: `${node.id}\u0000none`, text: 'noVersions' });
  return children;
}

/** The plain tags below the row that stands for them. */
export async function olderTags(node: OlderTagsNode): Promise<readonly ModelNodes[]> {
  const rows = await plainTagsOf(node.model, node.tags, node.id);
  const { shown, rest } = firstPage<ModelNodes>(rows);
  return rest.length === 0
    ? shown
    : [...shown, { ...where(node), kind: 'more', of: 'page', id: `${node.id}\u0000more`, nodes: rest }];
}

/** The tags that say most: releases, then those with the bits of the tip or of a version, then the newest. */
async function tagRows(node: ModelNode, newest: readonly PlainTag[]): Promise<readonly ModelNodes[]> {
  const tags = byImportance(newest);
  const rows = await plainTagsOf(node, tags.slice(0, LOOKED_INTO), node.id);
  const ordered = [...rows].sort((left, right) => weight(left) - weight(right));
  if (tags.length <= LOOKED_INTO && ordered.length <= TAG_ROWS + 1) return ordered;
  const shown = withTip(ordered, TAG_ROWS);
  const named = new Set(shown.flatMap((row) => row.tags));
  const older: OlderTagsNode = {
    ...where(node),
    kind: 'olderTags',
    id: `${node.id}\u0000olderTags`,
    model: node,
    tags: tags.filter((tag) => !named.has(tag)),
  };
  return [...shown, older];
}

/** The first rows, and in any case the one with the bits of the tip. */
function withTip(rows: readonly PlainTagNode[], most: number): readonly PlainTagNode[] {
  const shown = rows.slice(0, most);
  const tip = rows.find(({ atTip }) => atTip);
  return tip === undefined || shown.includes(tip) ? shown : [...shown.slice(0, -1), tip];
}

function weight({ tags: [first], atTip, sameAs }: PlainTagNode): number {
  if (first !== undefined && isRelease(first.name)) return 0;
  return atTip ? 1 : sameAs ? 2 : 3;
}

async function plainTagsOf(
  node: ModelNode,
  tags: readonly PlainTag[],
  id: string,
): Promise<readonly PlainTagNode[]> {
  const { catalog } = node.snapshot;
  const versions = versionsOf(node);
  await catalog.loadCommits(tags.map(({ commit }) => commit));
  const groups = new Map<string, PlainTagNode>();
  for (const tag of tags) {
    const model = catalog.find(node.model, tag.commit);
    if (!model) continue;
    const key = model.digest === null ? tag.name : digestKey(model.digest);
    const known = groups.get(key);
    groups.set(key, {
      ...where(node),
      kind: 'plainTag',
      id: `${id}\u0000tags\u0000${key}`,
      name: node.model.name,
      tags: [...(known?.tags ?? []), tag],
      model,
      commit: known?.commit ?? tag.commit,
      sameAs: versions.find((version) => sameBits(version.digest, model.digest)) ?? null,
      atTip: sameBits(model.digest, node.model.digest),
    });
  }
  return [...groups.values()];
}

function versionsOf(node: ModelNode): readonly Version[] {
  return node.model.versions.flatMap((tag) => node.snapshot.catalog.versions.get(tag) ?? []);
}

function where({ entry, snapshot }: Where): Where {
  return { entry, snapshot };
}
