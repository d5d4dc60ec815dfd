import type { Catalog } from '../../core/catalog/catalog.js';
import { findModel } from '../../core/catalog/select.js';
import { readFieldsOf } from '../../core/compare/compare.js';
import type { Fields } from '../../core/compare/comparison.js';
import type { CompareProvider, CompareRequest } from './provider.js';

/** Reads a request from a catalog: the `read` of a `CompareProvider`. */
export async function readRequest(
  catalog: Catalog,
  request: CompareRequest,
  signal: AbortSignal,
): Promise<Fields> {
  const selection = await findModel(catalog, request.model, { signal });
  if (selection.kind !== 'found') {
    const hint = selection.candidates.length > 0 ? ` (${selection.candidates.slice(0, 5).join(', ')}?)` : '';
    throw new Error(
      selection.kind === 'ambiguous'
        ? `"${request.model}" could be several models${hint}`
        : `There is no model "${request.model}" here any more${hint}`,
    );
  }
  const { fields, diagnostics } = await readFieldsOf(catalog, selection.selected, request.revs, { signal });
  const notes = diagnostics.filter(({ severity }) => severity !== 'info').map(({ message }) => message);
  const [first, ...rest] = fields.columns;
  if (notes.length === 0 || first === undefined) return fields;
  return { ...fields, columns: [{ ...first, problems: [...first.problems, ...notes] }, ...rest] };
}

/** A provider whose data comes from catalogs; choosing revisions and acting on them is left to the caller. */
export function catalogProvider(
  catalogOf: (repository: string) => Promise<Catalog>,
  rest: Omit<CompareProvider, 'read'>,
): CompareProvider {
  return {
    ...rest,
    read: async (request, signal) => readRequest(await catalogOf(request.repository), request, signal),
  };
}
