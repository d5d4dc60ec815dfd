import { remembering } from './remembering.js';
import { SEMVER_PATTERN } from './semver.js';

/** What a tag's name says in GTO's grammar (GTO 1.10). The counter is what stands after the last `#`. */
export type GtoTag = (
  | {
      readonly kind: 'version';
      readonly artifact: string;
      readonly version: string;
      readonly active: boolean;
    }
  | { readonly kind: 'stage'; readonly artifact: string; readonly stage: string; readonly active: boolean }
  | { readonly kind: 'deprecation'; readonly artifact: string }
  /** `m@created`: in the grammar, but GTO fails on it; it takes a counter and says nothing. */
  | { readonly kind: 'creation'; readonly artifact: string }
) & { readonly counter?: number };

const NAME = '[a-zA-Z0-9](?:[a-zA-Z0-9\\-/_]*[a-zA-Z0-9])?';
const FOLDER = '[a-zA-Z0-9\\-_./]+';

/** An artifact as tags write it, as the source of a regular expression without groups. */
export const ARTIFACT_IN_TAG = `(?:${FOLDER}=)?${NAME}`;

const HEAD = new RegExp(`^${ARTIFACT_IN_TAG}$`);
const TAIL = new RegExp(
  `^(?:(?:#(?<stage>${NAME})|@(?<version>v${SEMVER_PATTERN}))(?<cancel>!?)|@(?<word>deprecated|created))` +
    `(?:#(?<counter>[0-9]+))?$`,
);
const ARTIFACT = new RegExp(`^(?:${FOLDER}:)?${NAME}$`);
const PLAIN = new RegExp(`^${NAME}$`);

/** Reads a GTO tag name; `undefined` when the name is not GTO's at all. `=` in the tag is `:` in the artifact. */
export const parseTagName = remembering((name: string): GtoTag | undefined => {
  // No artifact holds either of them; and the same artifacts, and the same versions, stand in thousands of tags.
  const end = name.search(/[@#]/);
  const artifact = end < 0 ? undefined : parseHead(name.slice(0, end));
  const said = artifact === undefined ? undefined : parseTail(name.slice(end));
  return artifact === undefined || !said ? undefined : { ...said, artifact };
});

const parseHead = remembering((head: string): string | undefined =>
  HEAD.test(head) ? fromTag(head) : undefined,
);

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

const parseTail = remembering((tail: string): DistributiveOmit<GtoTag, 'artifact'> | undefined => {
  const found = TAIL.exec(tail);
  if (!found?.groups) return undefined;
  const { stage, version, cancel, word, counter } = found.groups;
  const count = counter === undefined ? {} : { counter: Number(counter) };
  if (version !== undefined) return { kind: 'version', version, active: cancel !== '!', ...count };
  if (stage !== undefined) return { kind: 'stage', stage, active: cancel !== '!', ...count };
  return { kind: word === 'deprecated' ? 'deprecation' : 'creation', ...count };
});

/** Writes the tag name that `parseTagName` reads back. */
export function formatTagName(tag: GtoTag): string {
  const artifact = toTag(tag.artifact);
  const counter = tag.counter === undefined ? '' : `#${tag.counter}`;
  switch (tag.kind) {
    case 'version':
      return `${artifact}@${tag.version}${tag.active ? '' : '!'}${counter}`;
    case 'stage':
      return `${artifact}#${tag.stage}${tag.active ? '' : '!'}${counter}`;
    case 'deprecation':
      return `${artifact}@deprecated${counter}`;
    case 'creation':
      return `${artifact}@created${counter}`;
  }
}

/** `sub/dir:model` as tags write it: `sub/dir=model`. */
export function toTag(artifact: string): string {
  return artifact.replace(':', '=');
}

/** `sub/dir=model` as people and `dvc.yaml` write it: `sub/dir:model`. */
export function fromTag(text: string): string {
  return text.replace('=', ':');
}

/** Whether GTO takes the text as an artifact: `name` or `folder:name`. It may still make no valid ref. */
export function isArtifactName(text: string): boolean {
  return ARTIFACT.test(text);
}

/** Why the text cannot be registered as an artifact; undefined where it can. */
export function artifactNameProblem(text: string): string | undefined {
  return isArtifactName(text)
    ? undefined
    : `"${text}" cannot be registered: names are letters, digits, "-", "_" and "/", beginning and ending with a letter or digit.`;
}

/** GTO's rule for stages, types and labels: letters, digits, `-`, `_`, `/`, beginning and ending alphanumeric. */
export function isPlainName(text: string): boolean {
  return PLAIN.test(text);
}
