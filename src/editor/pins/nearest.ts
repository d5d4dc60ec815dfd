/** A pin with the files it is written in, as repository paths. */
export interface Placed {
  readonly files: readonly string[];
  /** Read from the working copy: what a developer's own file says comes first among equals. */
  readonly worktree: boolean;
}

/**
 * The pin of the nearest folder above a file: the one whose own folder is the deepest that contains the file; the
 * pin's own file always counts. Without a file, or with none above, the first pin at the repository's top, or the
 * only one.
 * @param file repository path of the active file; null when none is open.
 */
export function nearestPin<T extends Placed>(pins: readonly T[], file: string | null): T | undefined {
  const ranked = pins
    .map((pin, index) => ({ pin, index, depth: Math.max(...pin.files.map((one) => closeness(one, file))) }))
    .sort(
      (left, right) =>
        right.depth - left.depth ||
        Number(right.pin.worktree) - Number(left.pin.worktree) ||
        left.index - right.index,
    );
  return ranked[0]?.pin;
}

/** How many folders a pin's file shares with the active one from the top; its own file is nearest of all. */
function closeness(pinFile: string, file: string | null): number {
  if (file === null) return 0;
  if (pinFile === file) return Number.MAX_SAFE_INTEGER;
  const folders = pinFile.split('/').slice(0, -1);
  const active = file.split('/').slice(0, -1);
  let shared = 0;
  while (shared < folders.length && folders[shared] === active[shared]) shared += 1;
  return shared;
}
