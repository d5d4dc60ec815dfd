import { SETTINGS_SCHEMA } from './schema.js';

/** What valibot's schemas and actions say of themselves, as far as `schema.ts` uses them. */
interface Described {
  readonly type?: string;
  readonly pipe?: readonly Described[];
  readonly wrapped?: Described;
  readonly entries?: Readonly<Record<string, Described>>;
  readonly item?: Described;
  readonly value?: Described;
  readonly options?: readonly (Described | string)[];
  readonly description?: string;
  readonly requirement?: unknown;
}

type JsonSchema = Record<string, unknown>;

/**
 * The JSON schema (draft 7) of `modelkeep.yaml`, from the same schema that reads it: completion, hovers and
 * squiggles in any editor. `media/modelkeep.schema.json` is this, written out; a test holds the two
 * equal and says how to write it anew.
 */
export function settingsJsonSchema(): JsonSchema {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Modelkeep: settings shared by a team',
    description: 'modelkeep.yaml at the root of a repository. Every key may be left out.',
    ...write(SETTINGS_SCHEMA),
  };
}

function write(schema: object): JsonSchema {
  return schemaOf(schema);
}

function schemaOf(schema: Described): JsonSchema {
  if (schema.wrapped !== undefined) return schemaOf(schema.wrapped);
  if (schema.pipe !== undefined) {
    const parts = schema.pipe.map((part) => (part.pipe === schema.pipe ? ownSchema(part) : schemaOf(part)));
    return Object.fromEntries(parts.flatMap((part) => Object.entries(part)));
  }
  return ownSchema(schema);
}

function ownSchema(schema: Described): JsonSchema {
  switch (schema.type) {
    case 'strict_object':
      return objectSchema(schema.entries ?? {});
    case 'record':
      return { type: 'object', additionalProperties: schemaOf(schema.value ?? {}) };
    case 'array':
      return { type: 'array', items: schemaOf(schema.item ?? {}) };
    case 'union':
      return {
        anyOf: (schema.options ?? []).map((option) => (typeof option === 'string' ? {} : schemaOf(option))),
      };
    case 'picklist':
      return { enum: schema.options };
    case 'string':
      return { type: 'string' };
    case 'number':
      return { type: 'number' };
    case 'integer':
      return { type: 'integer' };
    case 'min_value':
      return { minimum: schema.requirement };
    case 'max_value':
      return { maximum: schema.requirement };
    case 'min_length':
      return { minItems: schema.requirement };
    case 'description':
      return { description: schema.description };
    case 'custom': // a mapping and not a list: `type: object` says so
    case 'raw_check':
    case undefined:
      return {};
    default:
      throw new TypeError(`The JSON schema has no words for "${schema.type}"`);
  }
}

function objectSchema(entries: Readonly<Record<string, Described>>): JsonSchema {
  const required = Object.entries(entries).flatMap(([key, entry]) =>
    entry.type === 'optional' ? [] : [key],
  );
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, schemaOf(entry)])),
    ...(required.length > 0 ? { required } : {}),
  };
}
