import assert from 'node:assert/strict';
import path from 'node:path';
import { parsePipeline } from '../../src/core/tracking/dvc/pipeline.js';
import { resolvePipeline } from '../../src/core/tracking/dvc/resolve.js';
import { describeWith, runJson } from './tools.js';

const SEED = 1;
const CASES = 300 * Number(process.env.MODELKEEP_RUNS ?? 1);

interface Out {
  readonly path: string;
  readonly stage: string;
  readonly cached: boolean;
  readonly cmd: string | readonly string[];
}

interface Case {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  readonly expected:
    | { readonly outs: readonly Out[]; readonly artifacts: Readonly<Record<string, unknown>> }
    | { readonly error: string };
}

describeWith('python', 'random pipelines', (python) => {
  let cases: readonly Case[];
  before(function () {
    this.timeout(120_000);
    const script = path.resolve('test/interop/randomPipelines.py');
    cases = runJson(python, [script, String(SEED), String(CASES)], {
      cwd: path.resolve('.'),
      env: { ...process.env, PYTHONIOENCODING: 'utf8' },
    }) as readonly Case[];
  });

  it('have the outputs and artifacts that DVC finds', () => {
    let compared = 0;
    for (const { folder, files, expected } of cases) {
      if ('error' in expected) continue;
      compared += 1;
      const { resolved, problems } = resolve(files);
      const outs = resolved.outs.map((out): Out => {
        const cmd = resolved.stages.find(({ name }) => name === out.stage)?.cmd ?? [];
        const place = path.posix.normalize(path.posix.join(folder || '.', out.path));
        return { path: place, stage: out.stage, cached: out.cached, cmd: cmd[0] ?? '' };
      });
      const said = JSON.stringify({ files, problems }, null, 1);
      assert.deepEqual(sorted(outs), sorted(expected.outs), said);
      const artifacts = resolved.artifacts.map(({ name, path: where, type }) => [
        name,
        { path: where, type },
      ]);
      assert.deepEqual(Object.fromEntries(artifacts), expected.artifacts, said);
      assert.deepEqual(problems, [], said);
    }
    assert.ok(compared > CASES / 3, `${compared} of ${CASES} were read by DVC`);
  });

  it('are reported where DVC refuses them', () => {
    for (const { files, expected } of cases) {
      if ('error' in expected) assert.notDeepEqual(resolve(files).problems, [], expected.error);
    }
  });
});

function resolve(files: Case['files']) {
  const pipeline = parsePipeline(Buffer.from(files['dvc.yaml'] ?? ''));
  const vars = new Map<string, Uint8Array>();
  for (const name of pipeline.varsFiles) {
    const content = files[path.posix.normalize(name)];
    if (content !== undefined) vars.set(name, Buffer.from(content));
  }
  const resolved = resolvePipeline({ pipeline, lock: null, vars });
  return { resolved, problems: [...pipeline.problems, ...resolved.problems] };
}

function sorted(outs: readonly Out[]): readonly string[] {
  return outs
    .map(({ path: where, stage, cached, cmd }) => JSON.stringify([where, stage, cached, cmd]))
    .sort();
}
