/** One entry of a tree object. */
export interface TreeEntry {
  /** As Git writes it: `100644`, `100755`, `120000` for a link, `160000` for a submodule, `40000` for a folder. */
  readonly mode: string;
  readonly name: string;
  /** In hex. */
  readonly id: string;
}

const SPACE = 0x20;

/** The entries of a tree object, `mode SP name NUL id` again and again (Git: tree-walk.c); ends where they break off. */
export function* entriesOfTree(data: Buffer, idBytes: number): Iterable<TreeEntry> {
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(SPACE, at);
    const end = data.indexOf(0, space);
    const next = end + 1 + idBytes;
    if (space < 0 || end < 0 || next > data.length) return;
    yield {
      mode: data.toString('latin1', at, space),
      name: data.toString('utf8', space + 1, end),
      id: data.toString('hex', end + 1, next),
    };
    at = next;
  }
}
