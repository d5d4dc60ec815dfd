import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Diagnostic } from '../../../src/core/diagnostic.js';
import { historyOf } from '../../../src/core/catalog/history.js';
import type { HistoryEntry } from '../../../src/core/catalog/history.js';
import { openCatalog } from '../../../src/core/catalog/open.js';
import { findModel } from '../../../src/core/catalog/select.js';
import { gitEnvironment } from '../../../src/core/git/process.js';
import { openRepository } from '../../../src/core/git/repository.js';
import { runCommandLine } from '../../fixtures/commandLine.js';
import { GitRepo } from '../../fixtures/gitRepo.js';
import { lfsPointer } from '../../fixtures/pointers.js';

interface Story {
  /** `subject: digest`, or what else is known of the bits. */
  readonly entries: readonly string[];
  readonly codes: readonly string[];
}

async function historyIn(
  repo: GitRepo,
  name: string,
  program = 'git',
): Promise<{ entries: AsyncGenerator<HistoryEntry>; said: Diagnostic[] }> {
  const catalog = await openCatalog(
    await openRepository(repo.dir, { git: gitEnvironment(repo.env, program) }),
  );
  const found = await findModel(catalog, name);
  assert.ok(found.kind === 'found', JSON.stringify(found));
  const said: Diagnostic[] = [];
  const entries = historyOf(catalog, found.selected, {
    diagnose: (diagnostics) => said.push(...diagnostics),
  });
  return { entries, said };
}

async function story(repo: GitRepo, name: string): Promise<Story> {
  const { entries, said } = await historyIn(repo, name);
  const told: string[] = [];
  for await (const { subject, model, unreadable } of entries) {
    const bits =
      unreadable?.[0]?.code ?? (model === null ? 'removed' : (model.digest?.value.slice(0, 4) ?? 'none'));
    told.push(`${subject}: ${bits}`);
  }
  return { entries: told, codes: [...new Set(said.map(({ code }) => code))] };
}

const md5 = (digit: number): string => String(digit).repeat(4).padEnd(32, 'a');

describe('the history of a model where Git does not have everything', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
    for (const at of [1, 2, 3, 4]) {
      repo
        .dvcPointer('models/a.pkl', { md5: md5(at), size: at })
        .write('code.py', String(at))
        .commit(`c${at}`);
    }
  });
  afterEach(() => repo.dispose());

  const objectFile = (revision: string): string => {
    const id = repo.git('rev-parse', revision);
    return repo.at('.git', 'objects', id.slice(0, 2), id.slice(2));
  };
  const lose = (revision: string): void => rmSync(objectFile(revision));
  /** What the cache knows is known, whatever became of the objects. */
  const forget = (): void => rmSync(repo.at('.git', 'modelkeep-cache'), { recursive: true });
  const damage = (revision: string): void => {
    const file = objectFile(revision);
    chmodSync(file, 0o644);
    writeFileSync(file, 'garbage');
  };

  it('does not take a pointer that is missing or damaged for a removed one', async () => {
    lose('HEAD~1:models/a.pkl.dvc');
    assert.deepEqual(await story(repo, 'a'), {
      entries: ['c4: 4444', 'c3: object-missing', 'c2: 2222', 'c1: 1111'],
      codes: [],
    });
    damage('HEAD~2:models/a.pkl.dvc');
    assert.deepEqual((await story(repo, 'a')).entries, [
      'c4: 4444',
      'c3: object-missing',
      'c2: object-corrupt',
      'c1: 1111',
    ]);
  });

  it('goes on behind a folder that is missing or damaged, where Git itself stops', async () => {
    lose('HEAD~1:models');
    assert.deepEqual(await story(repo, 'a'), {
      entries: ['c4: 4444', 'c3: object-missing', 'c2: 2222', 'c1: 1111'],
      codes: ['history-incomplete'],
    });
  });

  it('goes on to the other branches behind a commit that is missing, and says so', async () => {
    repo
      .switch('side', 'HEAD~3')
      .dvcPointer('models/a.pkl', { md5: md5(9) })
      .commit('side');
    lose('main~1');
    assert.deepEqual(await story(repo, 'a'), {
      entries: ['side: 9999', 'c4: 4444', 'c1: 1111'],
      codes: ['history-incomplete', 'object-missing'],
    });
  });

  it('says that a tip, or the only pointer, cannot be read, and refuses a path that may be there', async () => {
    const asked = await runCommandLine(repo, 'log', 'models/a.pkl', '--json');
    assert.equal(asked.exit, 0);
    lose('HEAD:models/a.pkl.dvc');
    forget();
    const { exit, err } = await runCommandLine(repo, 'log', 'models/a.pkl');
    assert.equal(exit, 3);
    assert.match(err, /Nobody can tell/);
    // A version knows it.
    repo.registerVersion('a', 'v1.0.0', { on: 'HEAD~1' });
    const known = await runCommandLine(repo, 'log', 'models/a.pkl');
    assert.deepEqual(
      known.out
        .trimEnd()
        .split('\n')
        .map((line) => line.split('  ').slice(2).join(' ').replace(/ \d B/, '')),
      [
        'not local c4',
        `md5 ${md5(3).slice(0, 12)} (a@v1.0.0) c3`,
        `md5 ${md5(2).slice(0, 12)} c2`,
        `md5 ${md5(1).slice(0, 12)} c1`,
      ],
    );
    assert.match(known.err, /error: models\/a\.pkl\.dvc/);
  });

  it('compares with what cannot be read as unknown, not as absent', async () => {
    lose('HEAD~1:models/a.pkl.dvc');
    const { out, exit } = await runCommandLine(repo, 'compare', 'a', 'HEAD', 'HEAD~1', '--json');
    assert.equal(exit, 0);
    const answer = JSON.parse(out) as {
      columns: { unreadable?: boolean }[];
      rows: { field: string; unknown?: (string | null)[] }[];
      diagnostics: { code: string }[];
    };
    assert.deepEqual(
      answer.columns.map(({ unreadable }) => unreadable),
      [undefined, true],
    );
    assert.deepEqual(
      answer.diagnostics.map(({ code }) => code),
      ['compare-incomplete'],
    );
    assert.deepEqual(answer.rows.find(({ field }) => field === 'digest')?.unknown, [null, 'not local']);
  });

  it('shows a version whose artifact cannot be read as unreadable', async () => {
    repo.registerVersion('a', 'v1.0.0');
    assert.match((await runCommandLine(repo, 'show')).out, /md5 4444/);
    lose('HEAD:models/a.pkl.dvc');
    forget();
    const { out, err } = await runCommandLine(repo, 'show');
    assert.match(out, /unreadable/);
    assert.match(err, /models\/a\.pkl\.dvc cannot be read/);
  });

  it('fetches nothing in partial clones, whatever they left out', async () => {
    repo.git('config', 'uploadpack.allowFilter', 'true');
    repo.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    for (const [filter, expected] of [
      ['tree:0', ['c4: 4444', 'c1: object-missing']],
      ['blob:none', ['c4: 4444', 'c3: object-missing', 'c2: object-missing', 'c1: object-missing']],
    ] as const) {
      const partial = repo.clone(`--filter=${filter}`, '--no-local');
      const before = partial.git('count-objects', '-v');
      assert.deepEqual((await story(partial, 'a')).entries, expected, filter);
      assert.equal(partial.git('count-objects', '-v'), before, filter);
      partial.dispose();
    }
  });

  it('says where a shallow clone ends, also when it is partial', async () => {
    repo.git('config', 'uploadpack.allowFilter', 'true');
    for (const filter of [[], ['--filter=blob:none']]) {
      const shallow = repo.clone('--depth=2', '--no-local', ...filter);
      const { entries, codes } = await story(shallow, 'a');
      assert.deepEqual(entries, ['c4: 4444', filter.length > 0 ? 'c3: object-missing' : 'c3: 3333']);
      assert.deepEqual(codes, ['history-incomplete']);
      shallow.dispose();
    }
    const shallow = repo.clone('--depth=1', '--no-local');
    assert.match(
      (await runCommandLine(shallow, 'compare', 'a', 'HEAD~1', 'HEAD')).err,
      /this clone is shallow/,
    );
    const { err } = await runCommandLine(shallow, 'show');
    shallow.dispose();
    assert.match(err, /There may be more tags at the remote: this clone is shallow/);
  });

  it('says that a model moved more often than it is followed', async () => {
    for (let at = 0; at < 55; at += 1) {
      const [from, to] = at === 0 ? ['a', 'm0'] : [`m${at - 1}`, `m${at}`];
      repo.remove(`models/${from}.pkl.dvc`).dvcPointer(`models/${to}.pkl`, { md5: md5(4), size: 4 });
      repo.commit(`move ${at}`);
    }
    const { entries, codes } = await story(repo, 'm54');
    assert.deepEqual([entries, codes], [[], ['history-incomplete']]);
  });

  it('is the same with a commit-graph and its changed paths', async () => {
    const before = await story(repo, 'a');
    repo.git('commit-graph', 'write', '--reachable', '--changed-paths');
    assert.deepEqual(await story(repo, 'a'), before);
    assert.equal(before.entries.length, 4);
  });
});

describe('the history of a model', () => {
  let repo: GitRepo;
  beforeEach(() => {
    repo = GitRepo.create();
  });
  afterEach(() => repo.dispose());

  it('is there for paths with every byte that Git allows', async () => {
    const names = [
      'new\nline',
      'tab\t',
      '"quoted"',
      "it's",
      'back\\slash',
      '*?[x]',
      ':(top)',
      '-dash',
      ' ',
      'é',
      'e\u0301',
      '\u0001',
      'cr\r',
    ];
    const bytes = [
      ...names.map((name) => Buffer.from(name)),
      Buffer.from([0xe9]),
      Buffer.from([0xff, 0x2a, 0xfe]),
    ];
    for (const content of ['one', 'two']) {
      const tree = bytes.map((name) => {
        const blob = repo.run(['hash-object', '-w', '--stdin'], { input: lfsPointer('', { content }) });
        return Buffer.concat([
          Buffer.from(`100644 blob ${blob.toString().trim()}\tmodels/`),
          name,
          Buffer.from('.onnx\0'),
        ]);
      });
      repo.run(['update-index', '-z', '--index-info'], { input: Buffer.concat(tree) });
      repo.git('commit', '-qm', content);
    }
    for (const name of bytes) {
      const file = `models/${name.toString('utf8')}.onnx`;
      assert.deepEqual(
        (await story(repo, file)).entries.map((entry) => entry.slice(0, 3)),
        ['two', 'one'],
        file,
      );
    }
  });

  it('is read as far as it is wanted, and ends Git when it is not', async () => {
    repo.dvcPointer('models/a.pkl').commit('One');
    // A Git that has no end of history, and says which process it is.
    const program = repo.at('.git', 'endless-git');
    const pid = repo.at('.git', 'endless-pid');
    writeFileSync(
      program,
      `#!/bin/sh\ncase " $* " in *" log "*) echo $$ > '${pid}'; while printf '%s\\n\\n2025-01-01T00:00:00Z\\nA\\nS\\0' ${repo.head()}; do :; done;; *) exec git "$@";; esac\n`,
      { mode: 0o755 },
    );
    const { entries } = await historyIn(repo, 'a', program);
    for await (const entry of entries) {
      assert.equal(entry.commit, repo.head());
      break;
    }
    const process = Number(readFileSync(pid, 'utf8'));
    const isAlive = (): boolean => {
      try {
        return globalThis.process.kill(process, 0);
      } catch {
        return false;
      }
    };
    for (let tries = 0; isAlive() && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(isAlive(), false);
  });
});
