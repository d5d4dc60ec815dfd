import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseGtoConfig } from '../../../src/core/registry/gto/config.js';
import { compileTagTemplate } from '../../../src/core/registry/gto/template.js';

describe('tag templates', () => {
  it('read model and version', () => {
    const template = compileTagTemplate('{model}/v{version}');
    assert.deepEqual(template.parse('churn/v1.2.0-rc.1'), { model: 'churn', version: 'v1.2.0-rc.1' });
    assert.deepEqual(template.parse('a/b/v1.0.0'), { model: 'a/b', version: 'v1.0.0' });
    for (const other of ['churn/1.2.0', 'churn/v1.2', 'v1.2.0', 'churn@v1.2.0', 'churn/v1.2.0/x']) {
      assert.equal(template.parse(other), undefined, other);
    }
  });

  it('may name no model', () => {
    assert.deepEqual(compileTagTemplate('v{version}').parse('v2.0.0'), {
      model: undefined,
      version: 'v2.0.0',
    });
  });

  it('take everything but the places literally', () => {
    const template = compileTagTemplate('m.(x)+{version}$');
    assert.equal(template.format('any', 'v1.0.0'), 'm.(x)+1.0.0$');
    assert.equal(template.parse('mm(x)+1.0.0$'), undefined);
    assert.deepEqual(template.parse('m.(x)+1.0.0$'), { model: undefined, version: 'v1.0.0' });
  });

  it('read back what they write', () => {
    const template = fc.constantFrom(
      '{model}/v{version}',
      '{model}-{version}',
      'v{version}/{model}',
      'models/{model}@{version}',
    );
    const model = fc.constantFrom('churn', 'a-b_c', 'sub/dir:m', 'x.y:churn9');
    const version = fc.constantFrom('v0.0.1', 'v1.2.3', 'v10.0.0');
    fc.assert(
      fc.property(template, model, version, (text, one, number) => {
        const compiled = compileTagTemplate(text);
        assert.deepEqual(compiled.parse(compiled.format(one, number)), { model: one, version: number });
      }),
    );
  });
});

describe('.gto', () => {
  it('lists the allowed stages in their order; an empty list forbids all', () => {
    assert.deepEqual(parseGtoConfig('stages: [dev, prod]\ntypes:\n  - model\n'), {
      stages: ['dev', 'prod'],
      types: ['model'],
      diagnostics: [],
    });
    assert.deepEqual(parseGtoConfig('stages: []').stages, []);
  });

  it('allows everything when it is empty, absent or silent', () => {
    for (const text of ['', '# nothing', 'stages:', 'types: null', 'emojis: false']) {
      assert.deepEqual(parseGtoConfig(text), { stages: null, types: null, diagnostics: [] }, text);
    }
  });

  it('reports a mistake on its line and goes on', () => {
    const wrong = parseGtoConfig('types: [model]\nstages:\n  - dev\n  - "in review"\n');
    assert.deepEqual([wrong.stages, wrong.types], [null, ['model']]);
    assert.deepEqual(
      wrong.diagnostics.map((one) => [one.code, one.path, one.line]),
      [['gto-config', '.gto', 4]],
    );
    for (const text of ['stages: prod', 'stages: {a: b}', '- a', 'stages: [1]', 'a: [', 'stages: *x']) {
      assert.equal(parseGtoConfig(text).diagnostics.length, 1, text);
    }
  });
});
