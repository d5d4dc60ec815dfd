import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { GitRepo } from '../fixtures/gitRepo.js';

/** Folders of the real programs. */
export interface Programs {
  readonly dvc: string;
  readonly gto: string;
  readonly gitLfs: string;
}

/**
 * A repository that only the real tools have written to: `dvc init`, `dvc add`, `dvc repro`, `git lfs track`,
 * `gto register`. Returns it with the environment in which they run.
 */
export function makeWithRealTools(programs: Programs): { repo: GitRepo; env: NodeJS.ProcessEnv } {
  const repo = GitRepo.create({ name: 'shop' });
  const env = toolEnvironment(repo, programs);
  const run = (program: string, ...args: string[]): void => {
    execFileSync(program, args, { cwd: repo.dir, env, stdio: 'pipe' });
  };
  const dvc = (...args: string[]): void => run(programs.dvc, ...args);
  const gto = (...args: string[]): void => run(programs.gto, ...args);
  const git = (...args: string[]): void => run('git', ...args);
  const save = (message: string): void => {
    git('add', '--all');
    git('commit', '-q', '-m', message);
  };

  git('lfs', 'install', '--local');
  dvc('init', '-q');
  git('lfs', 'track', '*.onnx', 'pictures/**');
  repo.write('models/churn.pkl', 'churn 1');
  repo.write('models/encoder/config.json', '{}').write('models/encoder/deep/weights.bin', 'weights 1');
  repo.write('data/rows.csv', 'a,b\n1,2\n').write('data with space/müller modell.pt', 'umlaut');
  dvc('add', '-q', 'models/churn.pkl', 'models/encoder', 'data/rows.csv', 'data with space/müller modell.pt');
  repo
    .write('vision.onnx', 'vision 1')
    .write('pictures/cat.png', 'a cat')
    .write('nested/deep/small.onnx', 'small');
  repo.write('params.yaml', 'train:\n  rate: 0.1\n');
  repo.write('dvc.yaml', PIPELINE);
  dvc('repro', '-q');
  save('Start');
  gto('register', 'churn', '--version', 'v1.0.0');
  gto('register', 'segments');
  gto('assign', 'churn', '--version', 'v1.0.0', '--stage', 'prod');

  repo.write('models/churn.pkl', 'churn 2, larger');
  dvc('add', '-q', 'models/churn.pkl');
  save('Retrain churn');
  gto('register', 'churn', '--bump-minor');
  gto('assign', 'churn', '--stage', 'staging');
  gto('assign', 'churn', '--stage', 'prod');

  git('switch', '-q', '-c', 'experiment/churn_rate');
  repo.write('params.yaml', 'train:\n  rate: 0.01\n');
  dvc('repro', '-q');
  repo.write('models/encoder/deep/weights.bin', 'weights 2').write('models/encoder/extra.txt', 'new');
  dvc('add', '-q', 'models/encoder');
  save('Slower rate');

  git('switch', '-q', '-c', 'feature/tidy', 'main');
  dvc('checkout', '-q');
  dvc('move', 'models/churn.pkl', 'models/customer-churn.pkl');
  dvc('remove', 'data/rows.csv.dvc');
  git('rm', '-q', 'nested/deep/small.onnx');
  repo.write('vision.onnx', 'vision 2').write('pictures/dog.png', 'a dog');
  save('Tidy up');

  git('switch', '-q', '-c', 'bugfix/unfinished', 'main');
  repo.write(
    'dvc.yaml',
    `${PIPELINE}  later:\n    cmd: python later.py\n    outs:\n    - models/later.pkl\n`,
  );
  repo.write(
    'services/mail/dvc.yaml',
    'stages:\n  fit:\n    cmd: echo spam>spam.pkl\n    outs:\n    - spam.pkl\nartifacts:\n  spam:\n    path: spam.pkl\n    type: model\n',
  );
  dvc('repro', '-q', 'services/mail/dvc.yaml');
  save('Plan a later stage');
  gto('register', 'services/mail:spam', '--version', 'v0.1.0-rc.1');
  gto('assign', 'services/mail:spam', '--version', 'v0.1.0-rc.1', '--stage', 'dev');

  git('switch', '-q', 'main');
  gto('deprecate', 'churn', 'v1.1.0', 'staging');
  gto('deprecate', 'segments');
  return { repo, env };
}

/** Two stages, one repeated for two regions; one output that Git keeps. */
const PIPELINE = `stages:
  prepare:
    cmd: echo clean>clean.csv
    deps:
    - data/rows.csv
    outs:
    - clean.csv
  train:
    foreach: [north, south]
    do:
      cmd: echo model \${item} \${train.rate}>models/segment-\${item}.pkl && echo 1>score-\${item}.json
      params:
      - train.rate
      deps:
      - clean.csv
      outs:
      - models/segment-\${item}.pkl
      metrics:
      - score-\${item}.json:
          cache: false
`;

/** The programs first on the PATH, and none of what the user who runs the test has configured. */
function toolEnvironment(repo: GitRepo, programs: Programs): NodeJS.ProcessEnv {
  const home = path.join(path.dirname(repo.dir), 'home'); // goes away with the repository
  mkdirSync(home);
  const folders = [
    ...new Set([programs.gitLfs, programs.dvc, programs.gto].map((program) => path.dirname(program))),
  ];
  return {
    ...repo.env,
    HOME: home,
    PATH: [...folders, process.env.PATH ?? ''].join(path.delimiter),
    DVC_NO_ANALYTICS: '1',
    DVC_GLOBAL_CONFIG_DIR: home,
    DVC_SYSTEM_CONFIG_DIR: home,
    DVC_SITE_CACHE_DIR: path.join(home, 'dvc-site'),
    MODELKEEP_CACHE_DIR: path.join(home, 'modelkeep'),
  };
}
