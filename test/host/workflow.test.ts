import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';

/** Waits until something is so; what the extension shows arrives when it arrives. */
async function eventually<T>(check: () => Promise<T> | T): Promise<T> {
  const end = Date.now() + 30_000;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe('Pins in their files', () => {
  let document: vscode.TextDocument;

  before(async () => {
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
    document = await vscode.workspace.openTextDocument(path.join(folder, 'config/model.yaml'));
    await vscode.window.showTextDocument(document);
  });

  const position = (): vscode.Position => document.positionAt(document.getText().indexOf('v2.1.0') + 1);

  it('have a lens that says the version, where it is pinned and how it stands', async () => {
    const lens = await eventually(async () => {
      const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
        'vscode.executeCodeLensProvider',
        document.uri,
        10,
      );
      const found = lenses.find(({ command }) => command?.title.includes('v2.1.0') === true);
      assert.ok(found);
      return found;
    });
    assert.match(lens.command?.title ?? '', /^v2\.1\.0 · development, production .*in sync$/);
    assert.equal(lens.range.start.line, position().line);
  });

  it('say in a hover what each witness says', async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      position(),
    );
    const text = hovers
      .flatMap(({ contents }) =>
        contents.map((content) => (typeof content === 'string' ? content : content.value)),
      )
      .join('\n');
    assert.match(text, /fraud/);
    assert.match(text, /Registry/);
  });

  it('complete the versions in the form that is there, newest first', async () => {
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      position(),
    );
    const versions = list.items
      .filter(({ kind }) => kind === vscode.CompletionItemKind.Constant)
      .sort((left, right) => ((left.sortText ?? '') < (right.sortText ?? '') ? -1 : 1))
      .map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.deepEqual(versions, ['v2.1.0', 'v2.0.0', 'v1.1.0', 'v1.0.0']);
  });

  it('are found wrong as they are typed, before they are saved, and right again', async () => {
    const before = document.getText();
    const edit = new vscode.WorkspaceEdit();
    const start = document.positionAt(before.indexOf('v2.1.0'));
    edit.replace(document.uri, new vscode.Range(start, start.translate(0, 6)), 'v9.9.9');
    await vscode.workspace.applyEdit(edit);
    await eventually(() => {
      const problems = vscode.languages
        .getDiagnostics(document.uri)
        .filter(({ source }) => source === 'Modelkeep');
      assert.ok(
        problems.some(({ message, range }) => message.includes('v9.9.9') && range.start.line === start.line),
      );
    });
    await vscode.commands.executeCommand('undo');
    await eventually(() => {
      const problems = vscode.languages
        .getDiagnostics(document.uri)
        .filter(({ source }) => source === 'Modelkeep');
      assert.deepEqual(problems, []);
    });
    assert.equal(document.getText(), before);
    assert.equal(await readFile(document.uri.fsPath, 'utf8'), before);
  });
});
