import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';

interface Kind {
  /** Makes the repository that is looked at out of one with two revisions of a model. */
  readonly make: (origin: GitRepo) => GitRepo;
  /** Models that `list --all` names, by branch. */
  readonly models: Readonly<Record<string, readonly string[]>>;
  /** Subjects that `log models/a.pkl` tells; null where nobody can know the model. */
  readonly revisions: readonly string[] | null;
  /** Versions of the model that `show` has. */
  readonly versions: readonly string[];
  /** The exit code of `compare` between the two newest commits of `main`. */
  readonly compare: number;
}

const WHOLE = { models: { main: ['a'] }, revisions: ['Two', 'One'], versions: ['v1.0.0'], compare: 0 };

const KINDS: Readonly<Record<string, Kind>> = {
  'an ordinary one': { ...WHOLE, make: (origin) => origin },
  'packed, with a commit-graph': {
    ...WHOLE,
    make(origin) {
      origin.git('gc', '-q');
      origin.git('commit-graph', 'write', '--reachable', '--changed-paths');
      return origin;
    },
  },
  bare: { ...WHOLE, make: (origin) => origin.clone('--bare') },
  'a linked worktree': {
    ...WHOLE,
    make: (origin) => origin.worktree('other'),
    models: { main: ['a'], other: ['a'] },
  },
  'borrowed objects': { ...WHOLE, make: (origin) => origin.clone('--shared') },
  'a detached HEAD': {
    ...WHOLE,
    make(origin) {
      origin.git('checkout', '-q', '--detach', 'HEAD~1');
      return origin;
    },
    models: { HEAD: ['a'], main: ['a'] },
  },
  'an unborn HEAD': {
    ...WHOLE,
    make(origin) {
      origin.git('checkout', '-q', '--orphan', 'new');
      return origin;
    },
    models: { new: [], main: ['a'] },
  },
  'a repository with a submodule among its models': {
    ...WHOLE,
    make(origin) {
      const id = '1'.repeat(origin.head().length);
      origin.git('update-index', '--add', '--cacheinfo', `160000,${id},models/sub`);
      origin.git('commit', '-q', '--amend', '--no-edit');
      return origin;
    },
  },
  'no commits': {
    make: () => GitRepo.create(),
    models: { main: [] },
    revisions: null,
    versions: [],
    compare: 2,
  },
  'a shallow clone': {
    make: (origin) => origin.clone('--depth=1', '--no-local'),
    models: { main: ['a'] },
    revisions: ['Two'],
    versions: [],
    compare: 2,
  },
  'a partial clone without old files': {
    make(origin) {
      origin.git('config', 'uploadpack.allowFilter', 'true');
      return origin.clone('--filter=blob:none', '--no-local');
    },
    models: { main: ['a'] },
    revisions: ['Two', 'One'],
    versions: ['v1.0.0'],
    compare: 0,
  },
  'a submodule': {
    ...WHOLE,
    make(origin) {
      const outer = GitRepo.create();
      outer.git(
        '-c',
        'protocol.file.allow=always',
        'submodule',
        '--quiet',
        'add',
        `file://${origin.dir}`,
        'models',
      );
      outer.dvcPointer('models.pkl').commit('Outer');
      return outer.in('models');
    },
  },
  'a folder above that is a repository too': {
    ...WHOLE,
    make(origin) {
      mkdirSync(origin.at('deep', 'er'), { recursive: true });
      return origin.in('deep/er');
    },
  },
};

describe('every kind of repository, by every command that looks', () => {
  for (const format of ['sha1', 'sha256'] as const) {
    for (const [name, kind] of Object.entries(KINDS)) {
      if (format === 'sha256' && name !== 'an ordinary one' && name !== 'a linked worktree') continue;
      it(`${name} (${format})`, async () => {
        const origin = GitRepo.create({ objectFormat: format });
        origin.dvcPointer('models/a.pkl', { content: '1' }).commit('One');
        origin.registerVersion('a', 'v1.0.0');
        origin.dvcPointer('models/a.pkl', { content: '2' }).commit('Two');
        const repo = kind.make(origin);
        const before = repo.git('count-objects', '-v');
        const answer = async (...args: string[]): Promise<Answer> => {
          const { out, exit } = await runCommandLine(repo, ...args, '--json');
          return { exit, ...(JSON.parse(out) as object) };
        };
        const list = await answer('list', '--all');
        assert.equal(list.exit, 0);
        assert.deepEqual(
          Object.fromEntries(
            (list.branches ?? []).map(({ name: branch, models }) => [branch, models.map((one) => one.name)]),
          ),
          kind.models,
        );
        assert.deepEqual(
          (list.diagnostics ?? []).map(({ code }) => code),
          [],
        );
        const log = await answer('log', 'models/a.pkl');
        if (kind.revisions === null) assert.equal(log.exit, 2);
        else
          assert.deepEqual(
            log.revisions?.map(({ subject }) => subject),
            kind.revisions,
          );
        const show = await answer('show');
        assert.deepEqual(
          show.models?.flatMap(({ versions }) => versions.map(({ version }) => version)),
          kind.versions,
        );
        assert.equal((await answer('compare', 'models/a.pkl', 'main~1', 'main')).exit, kind.compare);
        assert.equal((await answer('status')).exit, 0);
        assert.equal(repo.git('count-objects', '-v'), before, 'nothing was fetched or written');
        repo.dispose();
        origin.dispose();
      });
    }
  }
});

interface Answer {
  readonly exit: number;
  readonly branches?: readonly {
    readonly name: string;
    readonly models: readonly { readonly name: string }[];
  }[];
  readonly revisions?: readonly { readonly subject: string }[];
  readonly models?: readonly { readonly versions: readonly { readonly version: string }[] }[];
  readonly diagnostics?: readonly { readonly code: string }[];
}
