import picomatch from 'picomatch';
import * as v from 'valibot';
import { CONVENTION_PARTS } from './settings.js';
import { conventionProblem } from '../branches/grammar.js';

/** A described schema: the description becomes completion and hover through the published JSON schema. */
function described<const T extends v.GenericSchema>(description: string, schema: T) {
  return v.pipe(schema, v.description(description));
}

/** A mapping and not a list, which valibot's objects and records would take as well. */
function mapping<const T extends v.GenericSchema>(schema: T) {
  return v.pipe(
    v.custom<v.InferInput<T>>(
      (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    ),
    schema,
  );
}

const LONGEST = 1000;

function globProblem(glob: string): string | undefined {
  if (glob.trim() === '' || glob === '!') return 'is empty';
  if (glob.length > LONGEST) return `is longer than ${String(LONGEST)} characters`;
  try {
    picomatch.makeRe(glob.replace(/^!/, ''), { strictBrackets: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? lowerFirst(error.message.split('\n')[0] ?? '') : 'is not a pattern';
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Why a path may not be followed: settings never lead out of the repository. */
function pathProblem(path: string): string | undefined {
  if (path.trim() === '') return 'is empty';
  if (path.includes('\0')) return 'has a NUL character';
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path)) return 'is absolute: write it from the repository root';
  return path.split(/[/\\]/).includes('..') ? 'leaves the repository' : undefined;
}

/** Problems of a tag template such as `{model}/v{version}`. */
function templateProblem(template: string, known: readonly string[]): string | undefined {
  const parts = [...template.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '');
  const unknown = parts.find((part) => !known.includes(part));
  if (unknown !== undefined)
    return `does not know {${unknown}}: it may use ${known.map((part) => `{${part}}`).join(' ')}`;
  if (!parts.includes('version')) return 'needs {version}';
  return new Set(parts).size < parts.length ? 'names one part twice' : undefined;
}

/** A text that `problem` finds nothing wrong with. */
function checked(problem: (text: string) => string | undefined) {
  return v.pipe(
    v.string(),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      const found = problem(dataset.value);
      if (found !== undefined) addIssue({ message: `${JSON.stringify(dataset.value)} ${found}` });
    }),
  );
}

const text = checked((value) => (value.trim() === '' ? 'is empty' : undefined));
const glob = checked(globProblem);
const repositoryPath = checked(pathProblem);
const address = checked((value) => {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return 'is not an http:// or https:// address';
  return new URL(value).password === '' ? undefined : 'holds a password: keep secrets in the environment';
});

/** Where a configuration service keeps a value: an address, or a key of the server that the environment names. */
const service = checked((value) => {
  if (value.trim() === '') return 'is empty';
  const secret = URL.canParse(value) && new URL(value).password !== '';
  return secret ? 'holds a password: keep secrets in the environment' : undefined;
});

const convention = v.pipe(
  mapping(
    v.strictObject({
      name: described('The kind of branch, as the picker and --kind call it.', text),
      description: v.optional(described('What such branches are for.', v.string())),
      pattern: v.optional(
        described(
          'The form of the name over {model} {slug} {date} {user} {issue} {n}. A group in square brackets may be left out: feature/[{issue}-]{slug}.',
          text,
        ),
      ),
      regex: v.optional(
        described(
          "A regular expression (RE2's dialect: no look-around, no back-references) that the whole name must match.",
          text,
        ),
      ),
      required: v.optional(
        described('Optional parts that must be there all the same.', v.array(v.picklist(CONVENTION_PARTS))),
      ),
      minLength: v.optional(
        described(
          'Shortest whole name, in characters.',
          v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
        ),
      ),
      maxLength: v.optional(
        described(
          'Longest whole name, in characters.',
          v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
        ),
      ),
      case: v.optional(
        described(
          'Whether the parts that people write may have capital letters.',
          v.picklist(['lower', 'any']),
        ),
      ),
      allowed: v.optional(
        described(
          'What the parts that people write may consist of: a regular expression class without brackets, a-z0-9-.',
          text,
        ),
      ),
    }),
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const problem = conventionProblem(dataset.value);
    if (problem === undefined) return;
    const { key } = problem;
    const { value } = dataset;
    addIssue({
      message: problem.message,
      ...(key === undefined
        ? {}
        : {
            path: [
              { type: 'object' as const, origin: 'value' as const, input: value, key, value: value[key] },
            ],
          }),
    });
  }),
);

const pinEntries = {
  model: v.optional(described('The model that is pinned, by name or path.', text)),
  file: v.optional(
    described(
      'The configuration file that holds the pin, or a list of files that must agree.',
      v.union([repositoryPath, v.pipe(v.array(repositoryPath), v.minLength(1, 'The list is empty'))]),
    ),
  ),
  etcd: v.optional(described('The etcd key that holds the pin, with the server before it.', service)),
  consul: v.optional(described('The Consul key that holds the pin, with the server before it.', service)),
  http: v.optional(described('An address that answers JSON with the pin in it.', address)),
  version: v.optional(described('Path of the pinned version in that file: model.version.', text)),
  digest: v.optional(described('Path of the pinned artifact digest, where that is pinned too.', text)),
  loads: v.optional(
    described(
      'revision: the application fetches what the pin names; checkout: it opens the file beside the code.',
      v.picklist(['revision', 'checkout']),
    ),
  ),
  repository: v.optional(
    described('Where the model is registered, when not here: a path or a Git address.', text),
  ),
  service: v.optional(
    described(
      'What the running application reports: one address or several.',
      v.union([address, v.array(address)]),
    ),
  ),
  reports: v.optional(described('Where the version stands in that answer.', text)),
};

type PinInput = v.InferOutput<v.StrictObjectSchema<typeof pinEntries, undefined>>;

/** What a pin lacks, in words. */
function pinProblem(pin: PinInput): string | undefined {
  if (pin.model === undefined) return 'This pin has no model';
  const targets = [pin.file, pin.etcd, pin.consul, pin.http].filter((target) => target !== undefined);
  if (targets.length === 0) return 'This pin says nowhere to read it: give file, etcd, consul or http';
  if (targets.length > 1) return 'This pin has several places: give one of file, etcd, consul and http';
  return pin.file !== undefined && pin.version === undefined
    ? 'This pin has no version: the path of the value in the file'
    : undefined;
}

const pin = v.pipe(
  mapping(v.strictObject(pinEntries)),
  v.rawCheck(({ dataset, addIssue }) => {
    const problem = dataset.typed ? pinProblem(dataset.value) : undefined;
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

const environment = v.pipe(
  mapping(
    v.strictObject({
      ref: v.optional(
        described(
          'What is deployed: a branch, a tag, or worktree. Default: the default branch at its remote.',
          text,
        ),
      ),
      stage: v.optional(described('The approval: a pinned version must hold this stage.', text)),
      pins: v.optional(described('The pins of this environment.', v.array(pin))),
      ...pinEntries,
    }),
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const short = Object.keys(dataset.value).some((key) => Object.hasOwn(pinEntries, key));
    if (dataset.value.pins !== undefined) {
      if (short) addIssue({ message: 'Give either pins or one pin in its short form, not both' });
      return;
    }
    const problem = short ? pinProblem(dataset.value) : undefined;
    if (problem !== undefined) addIssue({ message: problem });
  }),
);

/**
 * `modelkeep.yaml` as a team writes it (design.md: Settings). Unknown keys are mistakes; everything may be
 * left out. The published JSON schema is this one, written out by `jsonSchema.ts`.
 */
export const SETTINGS_SCHEMA = mapping(
  v.strictObject({
    remote: v.optional(described('Where registrations and branches go.', text)),
    models: v.optional(
      described(
        'Which tracked files are models, and what they are called.',
        mapping(
          v.strictObject({
            match: v.optional(
              described(
                'Which tracked files are models, after the built-in lines: read as in .gitignore, the last match decides, ! excludes. A first line !** starts from nothing.',
                v.array(glob),
              ),
            ),
            names: v.optional(described('Name to path.', mapping(v.record(v.string(), repositoryPath)))),
            metrics: v.optional(
              described(
                'Name to the files that hold its metrics.',
                mapping(v.record(v.string(), v.union([repositoryPath, v.array(repositoryPath)]))),
              ),
            ),
          }),
        ),
      ),
    ),
    branches: v.optional(
      described(
        'Which branches matter and what they are called.',
        mapping(
          v.strictObject({
            default: v.optional(described('The branch others are measured against.', text)),
            hide: v.optional(described('Branches that are never shown.', v.array(glob))),
            conventions: v.optional(
              described(
                'How branches are named; the first is the default kind. With this key, other names are marked.',
                v.pipe(v.array(convention), v.minLength(1, 'The list is empty: no name would follow it')),
              ),
            ),
            protected: v.optional(
              described('Branches that no convention applies to and nothing is written to.', v.array(glob)),
            ),
          }),
        ),
      ),
    ),
    versions: v.optional(
      described(
        'How versions are registered.',
        mapping(
          v.strictObject({
            tags: v.optional(
              described(
                'gto for name@v1.2.3, or a template such as {model}/v{version}.',
                checked((value) =>
                  value === 'gto' ? undefined : templateProblem(value, ['model', 'version']),
                ),
              ),
            ),
            ignore: v.optional(described('Tags that are never looked at.', v.array(glob))),
          }),
        ),
      ),
    ),
    releases: v.optional(
      described(
        "The application's own releases.",
        mapping(
          v.strictObject({
            tags: v.optional(
              described(
                'Template of their tags: v{version}.',
                checked((value) => templateProblem(value, ['version'])),
              ),
            ),
          }),
        ),
      ),
    ),
    metrics: v.optional(
      described(
        'How metrics are judged.',
        mapping(
          v.strictObject({
            lowerIsBetter: v.optional(described('Metrics of which less is better.', v.array(glob))),
          }),
        ),
      ),
    ),
    environments: v.optional(
      described('Named places where pins live.', mapping(v.record(v.string(), environment))),
    ),
    registry: v.optional(
      described(
        'Other registries.',
        mapping(v.strictObject({ mlflow: v.optional(described('Address of an MLflow server.', address)) })),
      ),
    ),
    predictions: v.optional(
      described(
        'Where predictions are logged.',
        mapping(
          v.strictObject({
            logs: v.optional(described('The log files.', v.array(glob))),
            version: v.optional(described('The field that names the model version.', text)),
            time: v.optional(described('The field that holds the time.', text)),
          }),
        ),
      ),
    ),
  }),
);

export type SettingsInput = v.InferOutput<typeof SETTINGS_SCHEMA>;
export type EnvironmentInput = v.InferOutput<typeof environment>;
export type { PinInput };
