import type { Diagnostic } from '../diagnostic.js';
import type { ObjectFailure, ObjectReader } from '../git/objects.js';
import { locate } from '../tracking/dvc/locate.js';
import { resolvePipeline } from '../tracking/dvc/resolve.js';
import type { BlobMemo, RawArtifact } from './blobs.js';
import type { ObjectIds } from './objectIds.js';
import type { PlacedFile, PlacedPipeline } from './placed.js';
import { join, placedOut } from './placed.js';
import { outside, unreadableFile } from './treeProblems.js';
import { FileKind } from './treeNames.js';

/** An entry of `artifacts:` as one commit has it. */
export interface Declaration {
  /** With the folder of its `dvc.yaml` in front: `sub/dir:model`. */
  readonly name: string;
  /** Repository path, or the address of a URL as it is written. */
  readonly path: string;
  readonly url: boolean;
  readonly type?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
  /** The file that declares it. */
  readonly source: string;
  /** 1-based line of its name there. */
  readonly line?: number;
}

/** What a `dvc.yaml` with its lock and variables gives. */
export interface ResolvedFolder {
  readonly files: readonly PlacedFile[];
  readonly declarations: readonly Declaration[];
  readonly diagnostics: readonly Diagnostic[];
}

const URL = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Resolves pipelines, each combination of `dvc.yaml`, `dvc.lock` and variables once. The files that templates
 * read are found through the folder's own tree, so that branches which share the folder share the answer.
 */
export class Pipelines {
  private readonly variables = new Map<string, Uint8Array | undefined>();
  private readonly unreadable = new Map<string, ObjectFailure>();
  private readonly resolved = new Map<string, ResolvedFolder>();
  private readonly settled = new Map<PlacedPipeline, ResolvedFolder>();

  constructor(
    private readonly blobs: BlobMemo,
    private readonly trees: ObjectIds,
  ) {}

  /** What a pipeline says by itself; undefined for one whose templates read other files of the commit. */
  settle(pipeline: PlacedPipeline): ResolvedFolder | undefined {
    if (this.isTemplated(pipeline)) return undefined;
    let answer = this.settled.get(pipeline);
    if (!answer) this.settled.set(pipeline, (answer = this.resolve(pipeline, '')));
    return answer;
  }

  private isTemplated(pipeline: PlacedPipeline): boolean {
    const parsed = this.blobs.get(FileKind.pipeline, pipeline.yaml);
    return parsed.ok && parsed.value.templated;
  }

  /** Asks for the files that the pipeline's templates need. */
  request(pipeline: PlacedPipeline, rootTree: string, reader: ObjectReader): void {
    for (const { spec } of this.needs(pipeline, rootTree)) {
      if (this.variables.has(spec)) continue;
      this.variables.set(spec, undefined);
      reader.info(spec, {
        // A file that the commit has not is reported by the template that needs it.
        failed: (reason) => this.tellMissing(spec, reason, reader),
        info: (type, size, id) => {
          if (type !== 'blob' || size > 1024 * 1024) return;
          reader.contents(id, {
            failed: (reason) => this.unreadable.set(spec, reason),
            object: (_type, data) => this.variables.set(spec, Uint8Array.from(data)),
          });
        },
      });
    }
  }

  /** Git says the same of a file that is not in the commit and of one whose object is not here: its folder tells. */
  private tellMissing(spec: string, reason: ObjectFailure, reader: ObjectReader): void {
    const slash = Math.max(spec.lastIndexOf('/'), spec.indexOf(':'));
    const folder = spec.slice(0, slash).replace(/:$/, '');
    reader.contents(folder, {
      failed: () => undefined, // no such folder either
      object: (type, data) => {
        if (type === 'tree' && data.includes(` ${spec.slice(slash + 1)}\0`))
          this.unreadable.set(spec, reason);
      },
    });
  }

  /** The pipeline's outputs and declarations; call after the reader has settled. */
  resolve(pipeline: PlacedPipeline, rootTree: string): ResolvedFolder {
    const needs = this.needs(pipeline, rootTree);
    const key = [pipeline.folder, pipeline.yaml, pipeline.lock, ...needs.map(({ spec }) => spec)].join('\0');
    let answer = this.resolved.get(key);
    if (!answer) this.resolved.set(key, (answer = this.build(pipeline, needs)));
    return answer;
  }

  private needs(pipeline: PlacedPipeline, rootTree: string): { file: string; spec: string }[] {
    const parsed = this.blobs.get(FileKind.pipeline, pipeline.yaml);
    if (!parsed.ok || !parsed.value.templated) return [];
    return parsed.value.varsFiles.flatMap((file) => {
      const inside = locate('', file);
      if ('path' in inside) return [{ file, spec: `${this.trees.hex(pipeline.tree)}:${inside.path}` }];
      const above = locate(pipeline.folder, file);
      return 'path' in above ? [{ file, spec: `${rootTree}:${above.path}` }] : [];
    });
  }

  private build(pipeline: PlacedPipeline, needs: readonly { file: string; spec: string }[]): ResolvedFolder {
    const yamlPath = join(pipeline.folder, 'dvc.yaml');
    const lockPath = join(pipeline.folder, 'dvc.lock');
    const yaml = this.blobs.get(FileKind.pipeline, pipeline.yaml);
    if (!yaml.ok) {
      return { files: [], declarations: [], diagnostics: [unreadableFile(yamlPath, yaml.reason)] };
    }
    const diagnostics: Diagnostic[] = [];
    const lock = pipeline.lock === null ? undefined : this.blobs.get(FileKind.lock, pipeline.lock);
    if (lock && !lock.ok) diagnostics.push(unreadableFile(lockPath, lock.reason));
    const vars = new Map<string, Uint8Array>();
    for (const { file, spec } of needs) {
      const data = this.variables.get(spec);
      if (data) vars.set(file, data);
      const reason = this.unreadable.get(spec);
      if (reason) diagnostics.push(unreadableFile(join(pipeline.folder, file), reason));
    }
    const resolved = resolvePipeline({ pipeline: yaml.value, lock: lock?.ok ? lock.value : null, vars });
    for (const problem of yaml.value.problems) diagnostics.push({ ...problem, path: yamlPath });
    if (lock?.ok) for (const problem of lock.value.problems) diagnostics.push({ ...problem, path: lockPath });
    for (const { file, ...problem } of resolved.problems)
      diagnostics.push({ ...problem, path: file === undefined ? yamlPath : pathOf(pipeline.folder, file) });
    const files: PlacedFile[] = [];
    for (const out of resolved.outs) {
      if (!out.cached) continue;
      const place = locate(pipeline.folder, out.path);
      const [pointer, line] = out.digest === null ? [yamlPath, out.line] : [lockPath, out.lockLine];
      if ('refused' in place) diagnostics.push(outside(yamlPath, out.path, place.refused, out.line));
      else files.push(placedOut(out, place.path, pointer, line));
    }
    const declared = declarations(resolved.artifacts, pipeline.folder, yamlPath);
    return {
      files,
      declarations: declared.declarations,
      diagnostics: [...diagnostics, ...declared.diagnostics],
    };
  }
}

/** The repository path of a file that was read, so it lies inside. */
function pathOf(folder: string, file: string): string {
  const place = locate(folder, file);
  return 'path' in place ? place.path : join(folder, file);
}

/** Turns `artifacts:` entries of one file into declarations of the repository. */
export function declarations(
  artifacts: readonly RawArtifact[],
  folder: string,
  source: string,
): Pick<ResolvedFolder, 'declarations' | 'diagnostics'> {
  const found: Declaration[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const artifact of artifacts) {
    const url = URL.test(artifact.path);
    const place = url ? { path: artifact.path } : locate(folder, artifact.path);
    if ('refused' in place) {
      diagnostics.push(outside(source, artifact.path, place.refused, artifact.line));
      continue;
    }
    found.push({
      name: folder === '' ? artifact.name : `${folder}:${artifact.name}`,
      path: place.path,
      url,
      ...(artifact.type === undefined ? {} : { type: artifact.type }),
      ...(artifact.description === undefined ? {} : { description: artifact.description }),
      ...(artifact.labels === undefined ? {} : { labels: artifact.labels }),
      source,
      ...(artifact.line === undefined ? {} : { line: artifact.line }),
    });
  }
  return { declarations: found, diagnostics };
}
