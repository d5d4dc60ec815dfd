import { ProblemList } from '../problem.js';
import type { Problem } from '../problem.js';
import { get, isBroken, isMap, isScalar, scalarText, typeName } from './node.js';
import type { Node } from './node.js';
import { textAt, textsAt } from './out.js';
import { readDocument } from './read.js';

/** A name given to a path: under `artifacts:` in a `dvc.yaml`, or in GTO's older `artifacts.yaml`. Plain JSON. */
export interface RawArtifact {
  readonly name: string;
  /** As written: relative to the folder of its file, or a URL. */
  readonly path: string;
  readonly type?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /** 1-based line of the name. */
  readonly line?: number;
}

export interface ParsedArtifactsIndex {
  readonly artifacts: readonly RawArtifact[];
  readonly problems: readonly Problem[];
}

/**
 * Reads `artifacts.yaml`, GTO's older index: name to `type, path, virtual, labels, description, custom`. An entry
 * without a path (virtual ones may have none) names nothing that could be shown, and is left out. Never throws.
 */
export function parseArtifactsIndex(bytes: Uint8Array): ParsedArtifactsIndex {
  const { root, problems: syntax } = readDocument(bytes);
  const problems = new ProblemList();
  problems.addAll(syntax);
  const artifacts: RawArtifact[] = [];
  if (isMap(root)) {
    for (const [name, definition, line] of root.map) {
      const isVirtual = isMap(definition) && get(definition, 'virtual') === true;
      const artifact = readArtifact(name, definition, line, isVirtual ? new ProblemList() : problems);
      if (artifact) artifacts.push(artifact);
    }
  } else if (root !== undefined && root !== null) {
    problems.add('error', 'dvc-wrong-type', `The file must be a mapping, not ${typeName(root)}`, 1);
  }
  return { artifacts, problems: problems.all };
}

/** Reads one artifact's definition; undefined (and reported) when it is none or has no path. */
export function readArtifact(
  name: string,
  definition: Node,
  line: number | undefined,
  problems: ProblemList,
): RawArtifact | undefined {
  if (!isMap(definition)) {
    if (!isBroken(definition))
      problems.add('error', 'dvc-wrong-type', `The artifact "${name}" must be a mapping`, line);
    return undefined;
  }
  const written = get(definition, 'path');
  // a template may have made a number of it
  const path = isScalar(written) && written !== null ? scalarText(written) : '';
  if (path === '') {
    if (!isBroken(written))
      problems.add('error', 'dvc-missing-path', `The artifact "${name}" has no path`, line);
    return undefined;
  }
  const type = textAt(definition, 'type', problems);
  // `desc` in dvc.yaml, `description` in artifacts.yaml
  const description = textAt(definition, 'desc', problems) ?? textAt(definition, 'description', problems);
  const labels = textsAt(definition, 'labels', problems);
  return {
    name,
    path,
    ...(type === undefined ? {} : { type }),
    ...(description === undefined ? {} : { description }),
    ...(labels.length === 0 ? {} : { labels }),
    ...(line === undefined || line === 0 ? {} : { line }),
  };
}
