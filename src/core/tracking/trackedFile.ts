import type { Digest } from '../digest.js';

/** `git`: plain Git file or folder; `none`: declared, but nothing tracks that path. */
export type Tracking = 'dvc' | 'lfs' | 'git' | 'none';

/** A file or folder whose bytes live outside Git, as one commit has it. */
export interface TrackedFile {
  /** Repository path with `/`, never leaving the repository. */
  readonly path: string;
  readonly tracking: 'dvc' | 'lfs';
  /** The file that tracks it: `x.pkl.dvc`, `dvc.lock` (`dvc.yaml` without a lock entry), the LFS path itself. */
  readonly pointer: string;
  /** Pipeline stage that makes it, as DVC names it (`train@de`). */
  readonly stage?: string;
  readonly digest: Digest | null;
  /** Bytes. */
  readonly size: number | null;
  /** Number of files inside a folder output. */
  readonly files?: number;
  readonly type?: string;
  readonly description?: string;
  readonly labels?: readonly string[];
}
