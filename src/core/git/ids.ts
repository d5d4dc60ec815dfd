declare const brand: unique symbol;
/** Brands are keyed by name: two literals under one key would intersect to `never`, and `never` checks nothing. */
export type Branded<T, Name extends string> = T & { readonly [brand]: { readonly [K in Name]: true } };

/** Full lowercase hex of any Git object: 40 digits (SHA-1) or 64 (SHA-256). */
export type ObjectId = Branded<string, 'ObjectId'>;
export type CommitId = ObjectId & Branded<string, 'CommitId'>;
export type TreeId = ObjectId & Branded<string, 'TreeId'>;
export type BlobId = ObjectId & Branded<string, 'BlobId'>;
/** Full ref name: `refs/heads/main`. */
export type RefName = Branded<string, 'RefName'>;

const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Whether the text is a full object id. */
export function isObjectId(text: string): text is ObjectId {
  return OBJECT_ID.test(text);
}

/** Takes text that Git itself keeps or printed as the id of an object of any type. */
export function objectId(text: string): ObjectId {
  if (!isObjectId(text)) throw new TypeError(`not a full object id: ${JSON.stringify(text)}`);
  return text;
}

/** Takes text that Git itself printed as a commit id. */
export function commitId(text: string): CommitId {
  if (!isObjectId(text)) throw new TypeError(`not a full commit id: ${JSON.stringify(text)}`);
  return text as CommitId;
}
