import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { COMMANDS } from '../../../src/cli/commands.js';
import { codesInSources } from './codes.js';

const read = (file: string): string => readFileSync(path.resolve(file), 'utf8');
const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const COMMON = ['repo', 'json', 'no-color', 'verbose', 'help'];

/** What stands in backquotes, code blocks left out. */
function quoted(markdown: string): ReadonlySet<string> {
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, '');
  return new Set([...prose.matchAll(/`([^`\n]+)`/g)].map((match) => match[1] ?? ''));
}

/** The part of the page of commands that is about one command. */
function section(page: string, name: string): string {
  const parts = page.split(/^## /m);
  return parts.find((part) => part.split('\n')[0]?.trim() === name) ?? '';
}

function optionsIn(text: string): readonly string[] {
  return [...new Set([...text.matchAll(/`[^`]*?--([a-z][a-z-]*)/g)].map((match) => match[1] ?? ''))];
}

describe('The documentation', () => {
  describe('of the command line', () => {
    const page = read('docs/command-line.md');

    for (const [name, load] of Object.entries(COMMANDS)) {
      it(`has ${name} with its usage and every option, and no other`, async () => {
        const about = section(page, name);
        const { usage, options } = await load();
        assert.ok(about.includes(`\`modelkeep ${usage}\``), `docs/command-line.md: the usage is "${usage}"`);
        const table = [...about.matchAll(/^\|\s*`--([a-z-]+)/gm)].map((match) => match[1]);
        assert.deepEqual(table.sort(), Object.keys(options).sort());
        assert.match(about, /^JSON: /m);
      });
    }

    it('names no command that does not exist', () => {
      const sections = [...page.matchAll(/^## (.+)$/gm)].map((match) => match[1] ?? '');
      assert.deepEqual(sections.filter((name) => name !== 'Everywhere').sort(), Object.keys(COMMANDS).sort());
      for (const file of PAGES) {
        const called = [...read(file).matchAll(/(?:`|\$ )modelkeep ([a-z][a-z-]*)/g)].map(
          (match) => match[1] ?? '',
        );
        for (const name of called)
          assert.ok(name in COMMANDS || name === 'help', `${file}: modelkeep ${name}`);
      }
    });

    it('names no option that no command has', async () => {
      const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
      const known = new Set([
        ...COMMON,
        'version',
        ...commands.flatMap(({ options }) => Object.keys(options)),
      ]);
      assert.deepEqual(
        optionsIn(page).filter((option) => !known.has(option)),
        [],
      );
      for (const option of COMMON) assert.ok(section(page, 'Everywhere').includes(`--${option}`), option);
    });

    it('explains every exit code', () => {
      const codes = [...section(page, 'Everywhere').matchAll(/^\| (\d) +\|/gm)].map((match) => match[1]);
      assert.deepEqual(codes, ['0', '1', '2', '3']);
    });
  });

  it('explains every code of a diagnostic, a reason or a refusal, and no other', () => {
    const page = read('docs/diagnostics.md');
    const documented = quoted(page);
    const codes = codesInSources();
    assert.ok(codes.size > 100, 'the sources name their codes in another way now');
    assert.deepEqual(
      [...codes].filter((code) => !documented.has(code)),
      [],
    );
    const listed = [...page.matchAll(/^\|(.*?)\|/gm)].flatMap((match) => [...quoted(match[1] ?? '')]);
    // `model-unknown` and `model-ambiguous` are put together from what a selection says.
    const known = new Set([...codes, 'model-unknown', 'model-ambiguous']);
    assert.deepEqual(
      listed.filter((code) => !known.has(code)),
      [],
    );
  });

  it('explains every key of modelkeep.yaml', () => {
    const documented = quoted(read('docs/settings.md'));
    const missing = settingKeys().filter((key) => {
      const own = key.split('.').at(-1) ?? '';
      return !documented.has(key) && !(/^environments\.\*/.test(key) && documented.has(own));
    });
    assert.deepEqual(missing, []);
    const keys = new Set([...settingKeys(), 'branches.conventions', 'environments.*.pins']);
    const roots = new Set([...keys].map((key) => key.split('.')[0] ?? ''));
    const dotted = [...documented].filter((text) => /^[a-z]+(?:\[\])?\.[a-zA-Z.*[\]]+$/.test(text));
    const invented = dotted.filter((text) => roots.has(text.split('.')[0] ?? '') && !keys.has(text));
    assert.deepEqual(invented, []);
  });

  it('explains every setting of VS Code and every command of the palette', () => {
    const manifest = JSON.parse(read('package.json')) as Manifest;
    const strings = JSON.parse(read('package.nls.json')) as Record<string, string>;
    const settings = Object.keys(manifest.contributes.configuration.properties);
    const documented = quoted(read('docs/settings.md'));
    assert.deepEqual(
      [...documented].filter((text) => /^modelkeep\.[a-zA-Z]+\.[a-zA-Z]+$/.test(text)).sort(),
      settings.sort(),
    );
    const titles = manifest.contributes.commands.map(({ title }) => strings[title.slice(1, -1)] ?? title);
    const rows = [...read('docs/editor.md').matchAll(/^\|(.*?)\|/gm)].map((match) => match[1]?.trim() ?? '');
    const cells = new Set(rows.flatMap((row) => row.split(', ')));
    assert.deepEqual(
      titles.filter((title) => !cells.has(title)),
      [],
    );
  });

  for (const file of PAGES) {
    it(`has only links that lead somewhere in ${file}`, () => {
      const text = read(file).replaceAll(/^```[\s\S]*?^```/gm, '');
      for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^https:\/\//.test(target)) continue;
        const [name = '', anchor] = target.split('#');
        const full = name === '' ? file : path.join(path.dirname(file), name);
        assert.ok(existsSync(full), `${file}: ${target}`);
        if (anchor !== undefined) assert.ok(anchorsOf(read(full)).has(anchor), `${file}: ${target}`);
      }
    });
  }

  it('has small pictures, and none that no page shows', () => {
    const shown = PAGES.map(read).join('\n');
    for (const name of readdirSync('docs/images')) {
      assert.ok(statSync(path.join('docs/images', name)).size < 150_000, `${name} is too large`);
      assert.ok(shown.includes(`images/${name}`), `${name} is not shown`);
    }
  });
});

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { readonly title: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

/** GitHub's: lower case, spaces to hyphens, other punctuation left out. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const titles = [...markdown.matchAll(/^#{1,6} (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(
    titles.map((title) =>
      title
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
}

/** Every key of the published schema: `branches.conventions[].name`, `environments.*.ref`. */
function settingKeys(): readonly string[] {
  const keys = new Set<string>();
  const walk = (schema: Schema, at: string): void => {
    for (const one of schema.anyOf ?? []) walk(one, at);
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      const key = at === '' ? name : `${at}.${name}`;
      const holds = inner.properties ?? inner.items?.properties ?? inner.additionalProperties;
      if (holds === undefined || holds === false || name === 'names' || name === 'metrics') keys.add(key);
      walk(inner, key);
    }
    if (schema.items) walk(schema.items, `${at}[]`);
    if (typeof schema.additionalProperties === 'object') walk(schema.additionalProperties, `${at}.*`);
  };
  walk(JSON.parse(read('media/modelkeep.schema.json')) as Schema, '');
  keys.delete('metrics');
  return [...keys];
}
