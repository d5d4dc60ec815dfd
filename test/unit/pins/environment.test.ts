import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { planEnvironment } from '../../../src/core/pins/environment.js';
import { applyEdit } from '../../../src/core/pins/targets/finding.js';
import { parseSettings } from '../../../src/core/settings/parse.js';

const NEW = { name: 'staging', model: 'churn', file: 'config/model.yaml', version: 'model.version' };
const LINE = 'staging: { model: churn, file: config/model.yaml, version: model.version }';
const staging = (settings: unknown): unknown => {
  assert.ok(settings !== null && typeof settings === 'object' && 'environments' in settings);
  const { environments } = settings;
  assert.ok(environments !== null && typeof environments === 'object' && 'staging' in environments);
  return environments.staging;
};
const add = (text: string): string => applyEdit(text, planEnvironment(text, NEW));

describe('adding an environment to the settings', () => {
  it('is one edit, the rest kept as it is', () => {
    for (const [before, after] of [
      ['', `environments:\n  ${LINE}\n`],
      ['remote: up # x', `remote: up # x\nenvironments:\n  ${LINE}\n`],
      ['remote: up\r\n', `remote: up\r\nenvironments:\r\n  ${LINE}\r\n`],
      ['environments:\n# none\nremote: up\n', `environments:\n  ${LINE}\n# none\nremote: up\n`],
      ['environments:', `environments:\n  ${LINE}\n`],
      [
        'environments:\n    a: {model: m, file: f.yaml, version: v}   # first\n\n# end\nremote: up\n',
        `environments:\n    a: {model: m, file: f.yaml, version: v}   # first\n    ${LINE}\n\n# end\nremote: up\n`,
      ],
      [
        'environments:\n  a:\n    pins:\n      - {model: m, file: f.yaml, version: v}',
        `environments:\n  a:\n    pins:\n      - {model: m, file: f.yaml, version: v}\n  ${LINE}`,
      ],
    ] as const) {
      assert.equal(add(before), after, before);
      const read: unknown = parse(after);
      assert.deepEqual(staging(read), {
        model: 'churn',
        file: 'config/model.yaml',
        version: 'model.version',
      });
    }
  });

  it('is refused where it would have to be guessed', () => {
    for (const text of [
      'environments: {a: {}}\n',
      '{remote: up}\n',
      '- a\n',
      'a: [\n',
      'environments:\n  staging: {}\n',
    ]) {
      assert.throws(() => add(text), /modelkeep\.yaml/, text);
    }
  });

  it('is read back as it was meant, whatever the names are', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 12 })
      .filter((text) => text.trim() === text && !/[\0\r\n]/.test(text));
    fc.assert(
      fc.property(name, name, (model, version) => {
        const added = { name: 'e', model, file: 'a b/c.yaml', version, ref: 'worktree' };
        const text = applyEdit('', planEnvironment('', added));
        assert.deepEqual(parse(text), {
          environments: { e: { model, file: 'a b/c.yaml', version, ref: 'worktree' } },
        });
      }),
      { numRuns: 200 },
    );
    const { settings, diagnostics } = parseSettings(add('remote: up\n'));
    assert.deepEqual(
      [settings.environments[0]?.name, settings.environments[0]?.pins[0]?.model, diagnostics],
      ['staging', 'churn', []],
    );
  });
});
