import assert from 'node:assert/strict';
import { nearestPin } from '../../../src/editor/pins/nearest.js';
import { contextValue } from '../../../src/editor/tree/contextValue.js';
import { firstPage } from '../../../src/editor/tree/paging.js';

const pin = (file: string, worktree = false) => ({ files: [file], worktree, file });

describe('the pin that the status bar shows', () => {
  const root = pin('config/model.yaml');
  const churn = pin('services/churn/config/model.yaml');
  const fraud = pin('services/fraud/model.toml');

  it('is that of the nearest folder above the active file', () => {
    assert.equal(nearestPin([root, churn, fraud], 'services/churn/app.py'), churn);
    assert.equal(nearestPin([root, churn, fraud], 'services/fraud/src/deep/app.py'), fraud);
    assert.equal(nearestPin([churn, fraud, root], 'config/other.yaml'), root);
  });

  it('is the one that the active file itself holds', () => {
    assert.equal(nearestPin([churn, root], 'config/model.yaml'), root);
  });

  it('is the first one without a file, and the working copy comes first among equals', () => {
    assert.equal(nearestPin([churn, root], null), churn);
    const here = pin('config/model.yaml', true);
    assert.equal(nearestPin([root, here], 'src/app.py'), here);
    assert.equal(nearestPin([], 'a'), undefined);
  });
});

describe('rows', () => {
  it('say what is true of them, word by word', () => {
    assert.equal(contextValue('model', { dvc: true, pinned: false, tip: true }), 'model+dvc+tip');
  });

  it('are paged when there are many, and not for a few more', () => {
    const items = Array.from({ length: 230 }, (_, index) => index);
    assert.deepEqual(firstPage(items).shown.length, 200);
    assert.deepEqual(firstPage(items).rest, items.slice(200));
    assert.deepEqual(firstPage(items.slice(0, 220)).rest, []);
  });
});
