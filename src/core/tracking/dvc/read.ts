import { decodeText } from '../text.js';
import { readExact } from './readExact.js';
import { readYaml } from './readYaml.js';
import type { ReadDocument } from './readYaml.js';

export type { ReadDocument } from './readYaml.js';

/**
 * Reads one of DVC's files: the exact form that DVC writes by a fast reader, anything else by `yaml`.
 * (`yaml` is imported outright: in the bundle that costs 5 to 10 ms, and `modelkeep.yaml` needs it anyway.)
 */
export function readDocument(bytes: Uint8Array): ReadDocument {
  const decoded = decodeText(bytes);
  if ('problem' in decoded) return { root: undefined, problems: [decoded.problem] };
  const exact = readExact(decoded.text);
  return exact === undefined ? readYaml(decoded.text) : { root: exact, problems: [] };
}
