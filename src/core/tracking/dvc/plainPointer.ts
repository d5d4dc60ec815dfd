import type { ParsedDvcFile } from './dvcFile.js';

/**
 * A `.dvc` file byte for byte as `dvc add` writes it for one file or folder: most pointers that there are. The hash
 * has a letter that makes it text in YAML, the path a name and an ending that make it nothing else.
 */
const PLAIN =
  /^outs:\n- md5: (?=[0-9a-f]*[a-df])([0-9a-f]{32}(?:\.dir)?)\n {2}size: (0|[1-9][0-9]{0,14})\n(?: {2}nfiles: (0|[1-9][0-9]{0,8})\n)? {2}hash: md5\n {2}path: ([A-Za-z_][A-Za-z0-9_-]*\.[a-z][A-Za-z0-9_]*)\n$/;

/** Longer than any such file can be. */
const LONGEST = 512;

/** Reads a pointer of exactly that form; undefined for every other, which the YAML readers then decide. */
export function readPlainPointer(bytes: Uint8Array): ParsedDvcFile | undefined {
  if (bytes.length > LONGEST) return undefined;
  const found = PLAIN.exec(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'));
  if (!found) return undefined;
  const [, value = '', size, files, path = ''] = found;
  return {
    outs: [
      {
        path,
        digest: { algorithm: 'md5', value },
        size: Number(size),
        ...(files === undefined ? {} : { files: Number(files) }),
        line: 2,
        cached: true,
      },
    ],
    imported: false,
    deps: [],
    problems: [],
  };
}
