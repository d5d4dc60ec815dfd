// Collects the strings for translators, of the editor and of the compare page: node l10n/extract.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
export const bundleFile = fileURLToPath(new URL('l10n/bundle.l10n.json', root));

const LITERAL = String.raw`\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")`;

/** Where the strings are, and in which calls they stand. */
const SOURCES = [
  { folder: 'src/editor/', calls: new RegExp(String.raw`(?<![\w.$])(?:vscode\.l10n\.)?t${LITERAL}`, 'g') },
  { folder: 'webview-ui/', calls: new RegExp(String.raw`(?<![\w.$])t${LITERAL}`, 'g') },
  // What the core says and the page shows; the command line says it in English.
  {
    folder: 'src/core/',
    calls: new RegExp(String.raw`(?<![\w.$])(?:phrase|new HeaderError)${LITERAL}`, 'g'),
  },
];

/** Every text that is shown in the reader's language, in order, as the bundle has it: text to text. */
export function extract() {
  const texts = SOURCES.flatMap(({ folder, calls }) =>
    sourcesIn(folder).flatMap((source) =>
      [...source.matchAll(calls)].map(([, single, double]) => unescaped(single ?? double ?? '')),
    ),
  );
  return Object.fromEntries([...new Set(texts)].sort().map((text) => [text, text]));
}

/** @param {string} folder */
function sourcesIn(folder) {
  const at = new URL(folder, root);
  return readdirSync(at, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(new URL(file.replaceAll('\\', '/'), at), 'utf8'));
}

/** @param {string} literal */
function unescaped(literal) {
  return literal.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(bundleFile, `${JSON.stringify(extract(), null, 2)}\n`);
}
