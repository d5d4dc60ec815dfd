import path from 'node:path';
import { parseArtifactsIndex } from './dvc/artifactsIndex.js';
import { parseDvcFile } from './dvc/dvcFile.js';
import { parseLock } from './dvc/lock.js';
import { parsePipeline } from './dvc/pipeline.js';
import type { Problem } from './problem.js';

/** The files of DVC and GTO that are checked, as a glob of names. */
export const CHECKED_FILES = '{*.dvc,dvc.yaml,dvc.lock,artifacts.yaml}';

const BY_NAME: Readonly<Record<string, (bytes: Uint8Array) => { readonly problems: readonly Problem[] }>> = {
  'dvc.yaml': parsePipeline,
  'dvc.lock': parseLock,
  'artifacts.yaml': parseArtifactsIndex,
};

/** What is wrong with a pointer or pipeline file taken alone, whatever Git knows of it; undefined for other files. */
export function checkFile(file: string, bytes: Uint8Array): readonly Problem[] | undefined {
  const name = path.basename(file);
  const parse = BY_NAME[name] ?? (name.endsWith('.dvc') && name !== '.dvc' ? parseDvcFile : undefined);
  return parse?.(bytes).problems;
}
