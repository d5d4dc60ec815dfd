// Collects the strings of src/editor and src/extension.ts for translators: node l10n/extract.mjs
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('..', import.meta.url);
export const bundleFile = fileURLToPath(new URL('l10n/bundle.l10n.json', root));

/** Every text that goes through `vscode.l10n.t`, in order, as the bundle has it: text to text. */
export function extract() {
  const folder = new URL('src/editor/', root);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const texts = files.flatMap((file) => {
    const source = readFileSync(new URL(file.replaceAll('\\', '/'), folder), 'utf8');
    const calls = source.matchAll(
      /(?<![\w.$])(?:vscode\.l10n\.)?t\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g,
    );
    return [...calls].map(([, single, double]) => unescaped(single ?? double ?? ''));
  });
  return Object.fromEntries([...new Set(texts)].sort().map((text) => [text, text]));
}

/** @param {string} literal */
function unescaped(literal) {
  return literal.replace(/\\n/g, '\n').replace(/\\(.)/g, '$1');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(bundleFile, `${JSON.stringify(extract(), null, 2)}\n`);
}
