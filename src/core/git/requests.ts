export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

/** Why an object could not be read: not in this clone, damaged, or named by too few digits. */
export type ObjectFailure = 'missing' | 'corrupt' | 'ambiguous';

/** Receives one object. `data` is valid during the call only: copy what is kept. */
export interface ObjectHandler {
  object(type: ObjectType, data: Buffer): void;
  /** Called instead of `object` where it is there: the bytes from `start` to `end`, without a view of their own. */
  bytes?(type: ObjectType, data: Buffer, start: number, end: number): void;
  /** From this size on (in bytes) the contents are passed over as they come, and `tooLarge` is called instead. */
  readonly limit?: number;
  tooLarge?(): void;
  failed(reason: ObjectFailure): void;
}

/** Receives the type and the size in bytes of one object. */
export interface InfoHandler {
  info(type: ObjectType, size: number, id: string): void;
  failed(reason: ObjectFailure): void;
}

/** Asks cat-file for the bytes of an object: an id, or `TREE:path`, without a line break. */
export interface ContentsRequest {
  readonly kind: 'contents';
  readonly spec: string;
  readonly handler: ObjectHandler;
}

/** Asks cat-file for type and size alone. */
interface InfoRequest {
  readonly kind: 'info';
  readonly spec: string;
  readonly handler: InfoHandler;
}

export type Request = ContentsRequest | InfoRequest;

/** What happens between a transport and who asked. */
export interface TransportEvents {
  next(): Request | undefined;
  answered(): void;
  chunkDone(): void;
  ended(exitCode: number | null, stderr: string): void;
  broken(error: unknown): void;
  missing(request: Request): void;
  /** Error output as it comes. */
  said(text: string): void;
}
