import { branchNameProblem } from '../git/names.js';
import type { CompiledConvention, NameRules, PartValues } from './conventions.js';
import { buildName, follows, literalStarts } from './conventions.js';
import { slug } from './slug.js';
import { nearestConvention } from './nearest.js';

/** Words for what a name leaves out, so that the repaired one can be typed over. */
const NO_MODEL = 'model';
const NO_WORDS = 'change';

/**
 * A valid name as near as possible to the given one: what the convention asks for is put right, the words stay.
 * Undefined when a valid name needs something that cannot be guessed, such as an issue's number.
 */
export function repairName(
  rules: NameRules,
  name: string,
  models: readonly string[] = [],
): string | undefined {
  const near = nearestConvention(rules, name);
  if (near === undefined) return undefined;
  const good = (candidate: string): boolean =>
    candidate !== name && branchNameProblem(candidate) === undefined && follows(near, candidate);
  for (const candidate of candidates(near, name, models)) if (good(candidate)) return candidate;
  return undefined;
}

function* candidates(near: CompiledConvention, name: string, models: readonly string[]): Generator<string> {
  const { prefix, alphabet, convention } = near;
  const limit = (convention.maxLength ?? 200) - [...prefix].length;
  const rest = restOf(near, name);
  // The shape is right and only letters are wrong.
  yield prefix + slug(rest, alphabet, limit);
  const path = rest.split('/').map((part) => slug(part, alphabet));
  yield prefix + path.join('/');
  if (near.pieces === null) {
    for (const start of literalStarts(convention.regex ?? '')) {
      yield start + slug(rest, alphabet);
      yield start + path.join('/');
    }
    yield slug(name, alphabet);
  }
  yield* built(near, rest, models);
}

/** Takes the words apart into the convention's parts and puts them together its way. */
function* built(
  { convention, alphabet }: CompiledConvention,
  rest: string,
  models: readonly string[],
): Generator<string> {
  let words = rest;
  const take = (pattern: RegExp): string | undefined => {
    const match = pattern.exec(words);
    if (match === null) return undefined;
    words = `${words.slice(0, match.index)}-${words.slice(match.index + match[0].length)}`;
    return match[0];
  };
  const pattern = convention.pattern ?? '';
  const date = pattern.includes('{date}')
    ? take(/(?<!\d)\d{4}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])(?!\d)/)
    : undefined;
  const issue = pattern.includes('{issue}')
    ? (take(/(?<![A-Za-z0-9])[A-Za-z][A-Za-z0-9]*-\d+(?!\d)/) ?? take(/(?<![\w.])\d+(?![\w.])/))
    : undefined;
  const n = pattern.includes('{n}') ? take(/(?<![\w.])\d+(?![\w.])/) : undefined;
  const found: PartValues = { date, issue, n };
  const whole = slug(words, alphabet);
  for (const { model, words: left } of splits(
    whole,
    pattern,
    models.map((one) => slug(one, alphabet)),
  )) {
    const result = buildName(convention, {
      ...found,
      model,
      slug: left,
      user: pattern.includes('{user}') ? model : undefined,
    });
    if (result.ok) yield result.name;
  }
}

/** Ways to tell the model from the rest, the likeliest first. */
function* splits(
  whole: string,
  pattern: string,
  models: readonly string[],
): Generator<{ readonly model: string; readonly words: string }> {
  if (!pattern.includes('{model}') && !pattern.includes('{user}')) {
    yield { model: '', words: whole || NO_WORDS };
    return;
  }
  const known = models.filter(
    (model) =>
      model !== '' &&
      (whole === model || (/^[._-]/.test(whole.slice(model.length)) && whole.startsWith(model))),
  );
  const longest = known.sort((a, b) => b.length - a.length)[0];
  if (longest !== undefined) yield { model: longest, words: whole.slice(longest.length + 1) || NO_WORDS };
  const joint = /[_]/.exec(whole) ?? /[-.]/.exec(whole);
  if (joint !== null && longest === undefined) {
    yield { model: whole.slice(0, joint.index), words: whole.slice(joint.index + 1) };
  }
  yield { model: whole || NO_MODEL, words: NO_WORDS };
  yield { model: NO_MODEL, words: whole || NO_WORDS };
}

/** What follows the kind: `Exp/lr sweep` and `experiment-lr sweep` both leave `lr sweep`. */
function restOf(near: CompiledConvention, name: string): string {
  const { prefix } = near;
  if (prefix === '') return name;
  if (name.toLowerCase().startsWith(prefix.toLowerCase())) return name.slice(prefix.length);
  const word = prefix.replace(/\/.*$/, '');
  const [first, ...others] = name.split(/[/_:\s-]+/);
  const slash = name.indexOf('/');
  if (slash > 0) return name.slice(slash + 1);
  const typed = (first ?? '').toLowerCase();
  if (others.length > 0 && typed !== '' && (word.startsWith(typed) || typed.startsWith(word))) {
    return name.slice((first ?? '').length + 1);
  }
  return name;
}
