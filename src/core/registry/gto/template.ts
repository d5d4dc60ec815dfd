import { SEMVER_PATTERN } from './semver.js';
import { ARTIFACT_IN_TAG, fromTag, toTag } from './tagName.js';

/** What a tag says under a template: `model` is undefined where the template names none. */
export interface TemplateTag {
  readonly model: string | undefined;
  /** `v1.2.3`, whether or not the template itself has the `v`. */
  readonly version: string;
}

/** A tag naming scheme of a team, such as `{model}/v{version}`, from `versions.tags`. */
export interface TagTemplate {
  readonly text: string;
  /** Undefined when the tag does not follow the template. */
  parse(tag: string): TemplateTag | undefined;
  /** The tag's name. `version` is `v1.2.3`. */
  format(model: string, version: string): string;
}

const PLACE = /(\{model\}|\{version\})/;

/**
 * Makes a template's reader and writer. A model's `:` is written `=`, as in GTO's tags, because no ref can hold it.
 * A template without `{version}` reads nothing (settings refuse it).
 */
export function compileTagTemplate(template: string): TagTemplate {
  const parts = template.split(PLACE);
  const pattern = new RegExp(
    `^${parts
      .map((part) => {
        if (part === '{model}') return `(?<model>${ARTIFACT_IN_TAG})`;
        if (part === '{version}') return `(?<version>${SEMVER_PATTERN})`;
        return part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      })
      .join('')}$`,
  );
  return {
    text: template,
    parse(tag) {
      const groups = pattern.exec(tag)?.groups;
      if (groups?.version === undefined) return undefined;
      const { model, version } = groups;
      return { model: model === undefined ? undefined : fromTag(model), version: `v${version}` };
    },
    format(model, version) {
      const values: Readonly<Record<string, string>> = {
        '{model}': toTag(model),
        '{version}': version.slice(1),
      };
      return parts.map((part) => values[part] ?? part).join('');
    },
  };
}
