import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import {
  Commands,
  ComparePanelType,
  ContextKeys,
  InternalCommands,
  SettingKeys,
  Views,
} from '../../../src/editor/ids.js';

const root = path.resolve(import.meta.dirname, '../../..');
const manifestText = readFileSync(path.join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(manifestText) as {
  activationEvents: string[];
  contributes: {
    commands: { command: string }[];
    views: Record<string, { id: string }[]>;
    menus: Record<string, { command: string }[]>;
    viewsWelcome: { view: string; contents: string }[];
    configuration: { properties: Record<string, unknown> };
  };
};
const nls = JSON.parse(readFileSync(path.join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => path.join(folder, file));
}
const sources = [path.join(root, 'src/extension.ts'), ...sourceFiles(path.join(root, 'src/editor'))];

describe('the names shared with package.json', () => {
  const { contributes } = manifest;

  it('declares every command of the code, and no other', () => {
    assert.deepEqual(
      contributes.commands.map((command) => command.command).sort(),
      Object.values(Commands).sort(),
    );
  });

  it('names the commands by their keys', () => {
    for (const [key, id] of Object.entries(Commands)) assert.equal(id, `modelkeep.${key}`);
    for (const [key, id] of Object.entries(InternalCommands)) assert.equal(id, `modelkeep.internal.${key}`);
  });

  it('uses only declared commands in menus, welcomes and walkthroughs', () => {
    const known = new Set<string>(Object.values(Commands));
    for (const [menu, items] of Object.entries(contributes.menus)) {
      for (const item of items) assert.ok(known.has(item.command), `${menu}: ${item.command}`);
    }
    for (const text of Object.values(nls)) {
      for (const [, id = ''] of text.matchAll(/\(command:(modelkeep\.[\w.]+)\)/g)) {
        assert.ok(known.has(id) || id === `${Views.models}.focus`, id);
      }
    }
  });

  it('declares every view and setting of the code, and no other', () => {
    assert.deepEqual(Object.keys(contributes.views), [Views.container]);
    assert.deepEqual(
      contributes.views[Views.container]?.map((view) => view.id),
      [Views.models],
    );
    assert.deepEqual(
      Object.keys(contributes.configuration.properties).sort(),
      Object.values(SettingKeys).sort(),
    );
  });

  it('uses every context key of the code in a condition, and no other', () => {
    const others = new Set<string>([...Object.values(Commands), ...Object.values(SettingKeys), Views.models]);
    const used = new Set<string>();
    for (const [, condition = ''] of manifestText.matchAll(/"(?:when|enablement)": "((?:[^"\\]|\\.)*)"/g)) {
      for (const [name] of condition.matchAll(/\bmodelkeep\.[\w.]+/g)) if (!others.has(name)) used.add(name);
    }
    assert.deepEqual([...used].sort(), Object.values(ContextKeys).sort());
  });

  it('activates for the panel that is restored', () => {
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${ComparePanelType}`));
  });

  it('has a text for every placeholder, and no text without one', () => {
    const placeholders = [...manifestText.matchAll(/"%([\w.]+)%"/g)].map(([, key = '']) => key);
    assert.deepEqual([...new Set(placeholders)].sort(), Object.keys(nls).sort());
  });

  it('writes no command, view or setting name anywhere else in the code', () => {
    for (const file of sources) {
      if (file.endsWith(`${path.sep}ids.ts`)) continue;
      const found = /['"`]modelkeep\.[a-z][\w.]*['"`]/.exec(readFileSync(file, 'utf8'));
      if (found?.[0].includes('modelkeep.yaml') === true) continue;
      assert.equal(
        found?.[0],
        undefined,
        `${path.relative(root, file)} spells a name that belongs in ids.ts`,
      );
    }
  });
});
