import { ProblemList } from '../problem.js';
import type { Problem } from '../problem.js';
import { decodeText } from '../text.js';

/**
 * A DVC configuration file, or several of them merged. Names and keys are lowercase, as DVC makes them. Values may
 * hold secrets (`password`, `token`): show none but `url`.
 */
export interface DvcConfig {
  /** `core.remote`: the default remote. */
  readonly defaultRemote: string | null;
  /** `cache.dir` as it stands in `sections`; in a file it is relative to the folder of that file. */
  readonly cacheDir: string | null;
  readonly remotes: ReadonlyMap<string, DvcSection>;
  /** All other sections: `core`, `cache`, … */
  readonly sections: ReadonlyMap<string, DvcSection>;
  readonly problems: readonly Problem[];
}

export type DvcSection = ReadonlyMap<string, string>;

const MOST_LINES = 20_000;

/**
 * Reads `.dvc/config` (Python's ConfigObj: `['remote "name"']`, `key = value`, quotes, `#` comments). Not INI as the
 * `ini` package has it: there a dot in a name nests, `;` begins a comment, and the quotes stay. Never throws.
 */
export function parseDvcConfig(bytes: Uint8Array): DvcConfig {
  const problems = new ProblemList();
  const remotes = new Map<string, Map<string, string>>();
  const sections = new Map<string, Map<string, string>>();
  const decoded = decodeText(bytes);
  if ('problem' in decoded) problems.addAll([decoded.problem]);
  const lines = 'text' in decoded ? decoded.text.split(/\r\n|\n|\r/, MOST_LINES) : [];
  let section = sectionOf(sections, '');
  lines.forEach((line, index) => {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) return;
    if (text.startsWith('[')) {
      const name = sectionName(text)?.toLowerCase();
      if (name === undefined) {
        problems.add('error', 'dvc-config', 'The section has no end or no name', index + 1);
        section = new Map();
        return;
      }
      const remote = /^remote\s*"(.*)"$/.exec(name.trim())?.[1];
      section = remote === undefined ? sectionOf(sections, name) : sectionOf(remotes, remote);
      return;
    }
    const equals = text.indexOf('=');
    if (equals < 1) {
      problems.add('error', 'dvc-config', 'The line is neither a section nor "key = value"', index + 1);
      return;
    }
    const key = unquoted(text.slice(0, equals).trim()).toLowerCase();
    if (section.has(key))
      problems.add('error', 'dvc-config', `"${key}" stands twice in its section`, index + 1);
    else section.set(key, valueOf(text.slice(equals + 1).trim()));
  });
  return { ...summary(remotes, sections), problems: problems.all };
}

/** Merges configurations, later ones winning key by key (DVC: system, global, repository, local). */
export function mergeDvcConfigs(configs: readonly DvcConfig[]): DvcConfig {
  const remotes = new Map<string, Map<string, string>>();
  const sections = new Map<string, Map<string, string>>();
  for (const config of configs) {
    for (const [into, from] of [
      [remotes, config.remotes],
      [sections, config.sections],
    ] as const) {
      for (const [name, values] of from) {
        const merged = sectionOf(into, name);
        for (const [key, value] of values) merged.set(key, value);
      }
    }
  }
  return { ...summary(remotes, sections), problems: configs.flatMap((config) => config.problems) };
}

/**
 * The address of a remote as written, `remote://other/path` replaced by the other remote's address and the path;
 * null for an unknown remote, one without address, or a circle.
 */
export function remoteUrl(config: DvcConfig, name: string): string | null {
  let url = config.remotes.get(name.toLowerCase())?.get('url');
  for (let steps = 0; url !== undefined && steps <= config.remotes.size; steps++) {
    const chained = /^remote:\/\/([^/]+)(.*)$/i.exec(url);
    if (!chained) return url;
    const base: string | undefined = config.remotes.get((chained[1] ?? '').toLowerCase())?.get('url');
    url = base === undefined ? undefined : base.replace(/\/+$/, '') + (chained[2] ?? '');
  }
  return null;
}

function summary(
  remotes: ReadonlyMap<string, DvcSection>,
  sections: ReadonlyMap<string, DvcSection>,
): Omit<DvcConfig, 'problems'> {
  return {
    defaultRemote: sections.get('core')?.get('remote')?.toLowerCase() ?? null,
    cacheDir: sections.get('cache')?.get('dir') ?? null,
    remotes,
    sections,
  };
}

function sectionOf(sections: Map<string, Map<string, string>>, name: string): Map<string, string> {
  let section = sections.get(name);
  if (!section) sections.set(name, (section = new Map<string, string>()));
  return section;
}

/** `['remote "a"']`, `["x"]`, `[core]  # comment`; undefined when it is none. */
function sectionName(text: string): string | undefined {
  const inner = text.slice(1).trimStart();
  const quote = inner[0];
  if (quote === "'" || quote === '"') {
    const end = inner.indexOf(quote, 1);
    // the name may hold the same quote: then it ends with the last one before the bracket
    const close = inner.lastIndexOf(`${quote}]`);
    const at = close > 0 ? close : end;
    return at > 1 &&
      inner
        .slice(at + 1)
        .trimStart()
        .startsWith(']')
      ? inner.slice(1, at)
      : undefined;
  }
  const end = inner.indexOf(']');
  const name = end === -1 ? '' : inner.slice(0, end).trim();
  return name === '' ? undefined : name;
}

/** A value without its quotes and without a comment after it. */
function valueOf(text: string): string {
  const quote = text[0];
  if (quote === "'" || quote === '"') {
    const end = text.indexOf(quote, 1);
    if (end !== -1) return text.slice(1, end);
  }
  const comment = text.indexOf('#');
  return (comment === -1 ? text : text.slice(0, comment)).trim();
}

function unquoted(text: string): string {
  const quote = text[0];
  return text.length > 1 && (quote === "'" || quote === '"') && text.endsWith(quote)
    ? text.slice(1, -1)
    : text;
}
