import assert from 'node:assert/strict';
import * as vscode from 'vscode';

const EXTENSION = 'modelkeep.modelkeep';

interface Manifest {
  readonly version: string;
  readonly contributes: { readonly commands?: readonly { readonly command: string }[] };
}

describe('The extension inside VS Code', () => {
  let extension: vscode.Extension<unknown>;

  before(async () => {
    const found = vscode.extensions.getExtension(EXTENSION);
    assert.ok(found, `${EXTENSION} is not there`);
    extension = found;
    await extension.activate();
  });

  it('is active on a workspace with models', () => {
    assert.equal(extension.isActive, true);
  });

  it('has every command that its manifest promises', async () => {
    const manifest = extension.packageJSON as Manifest;
    const promised = (manifest.contributes.commands ?? []).map(({ command }) => command);
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.ok(promised.length > 0);
    assert.deepEqual(
      promised.filter((command) => !registered.has(command)),
      [],
    );
  });
});
