import assert from 'node:assert/strict';
import { parseLock } from '../../../src/core/tracking/dvc/lock.js';
import { parsePipeline } from '../../../src/core/tracking/dvc/pipeline.js';
import { resolvePipeline } from '../../../src/core/tracking/dvc/resolve.js';
import type { ResolvedPipeline } from '../../../src/core/tracking/dvc/resolve.js';

/** Resolves `dvc.yaml` with the other files of its folder, as the catalog does. */
export function resolve(yaml: string, files: Readonly<Record<string, string>> = {}): ResolvedPipeline {
  const pipeline = parsePipeline(Buffer.from(yaml));
  assert.deepEqual(JSON.parse(JSON.stringify(pipeline)), pipeline, 'plain JSON');
  const lock = files['dvc.lock'] === undefined ? null : parseLock(Buffer.from(files['dvc.lock']));
  const vars = new Map<string, Uint8Array>();
  for (const file of pipeline.varsFiles) {
    const text = files[file];
    if (text !== undefined) vars.set(file, Buffer.from(text));
  }
  const resolved = resolvePipeline({ pipeline, lock, vars });
  return { ...resolved, problems: [...pipeline.problems, ...(lock?.problems ?? []), ...resolved.problems] };
}

/** Of the stages. */
export const names = (resolved: ResolvedPipeline): readonly string[] =>
  resolved.stages.map(({ name }) => name);
/** Of the outputs. */
export const paths = (resolved: ResolvedPipeline): readonly string[] => resolved.outs.map(({ path }) => path);
/** Of the stages, the lines of one joined. */
export const commands = (resolved: ResolvedPipeline): readonly string[] =>
  resolved.stages.map(({ cmd }) => cmd.join('; '));
/** Of the problems, with their lines. */
export const codes = (resolved: ResolvedPipeline): readonly (readonly [string, number | undefined])[] =>
  resolved.problems.map(({ code, line }) => [code, line]);
