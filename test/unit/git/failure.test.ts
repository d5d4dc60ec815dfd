import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { GitFailure } from '../../../src/core/git/process.js';
import { gitEnvironment, gitFailure, runGit } from '../../../src/core/git/process.js';

/** What Git 2.25 to 2.51 and ssh print, and what it means. */
const SAID: readonly (readonly [GitFailure, string])[] = [
  [
    'network',
    'git@example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n',
  ],
  ['network', 'Permission denied, please try again.\nfatal: Could not read from remote repository.\n'],
  ['network', 'ERROR: Repository not found.\nfatal: Could not read from remote repository.\n'],
  ['network', "fatal: unable to access 'https://example.com/x.git/': Could not resolve host: example.com\n"],
  [
    'network',
    "fatal: unable to access 'https://example.com/x.git/': The requested URL returned error: 403\n",
  ],
  ['disk', "fatal: Unable to create '/r/.git/index.lock': Permission denied\n"],
  ['disk', "fatal: Unable to create '/r/.git/index.lock': Read-only file system\n"],
  [
    'disk',
    "error: cannot lock ref 'refs/heads/x': Unable to create '/r/.git/refs/heads/x.lock': Permission denied\n",
  ],
  ['disk', 'error: unable to write file .git/objects/aa/bb: No space left on device\n'],
  [
    'disk',
    'error: unable to create temporary file: Operation not permitted\nfatal: failed to write commit\n',
  ],
  ['disk', "fatal: cannot update ref 'refs/heads/x': couldn't write '/r/.git/refs/heads/x.lock'\n"],
  [
    'disk',
    'error: unable to write loose object file: Input/output error\nfatal: failed to write commit object\n',
  ],
  ['disk', "fatal: unable to access '/home/ada/.gitconfig': Permission denied\n"],
  [
    'locked',
    "fatal: Unable to create '/r/.git/index.lock': File exists.\n\nAnother git process seems to be running\n",
  ],
  [
    'locked',
    "fatal: cannot lock ref 'refs/tags/a': Unable to create '/r/.git/refs/tags/a.lock': File exists.\n",
  ],
  ['locked', "error: cannot lock ref 'refs/heads/x': is at aaaa but expected bbbb\n"],
  [
    'exists',
    "fatal: cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'\n",
  ],
  ['hook', 'branches are frozen\nfatal: ref updates aborted by hook\n'],
  ['disk', "fatal: cannot lock ref 'refs/heads/a/b': unable to create directory for .git/refs/heads/a/b\n"],
  ['exists', "fatal: a branch named 'x' already exists\n"],
  [
    'rejected',
    'remote: error: unable to create temporary file: No space left on device\n ! [remote rejected] x -> x (unpacker error)\n',
  ],
  [
    'rejected',
    "remote: error: cannot lock ref 'refs/heads/x'\n ! [remote rejected] x -> x (failed to update ref)\n",
  ],
  ['rejected', ' ! [rejected]        x -> x (already exists)\nerror: failed to push some refs\n'],
  ['no-identity', '*** Please tell me who you are.\nfatal: unable to auto-detect email address\n'],
  ['not-a-repository', 'fatal: not a git repository (or any of the parent directories): .git\n'],
  ['unsafe-repository', "fatal: detected dubious ownership in repository at '/r'\n"],
  ['unsupported', 'fatal: unknown repository extension found:\n\trefstorage\n'],
  ['unsupported', 'fatal: unknown repository extensions found:\n\tx\n\trefstorage\n'],
  ['unsupported', 'fatal: Expected git repo version <= 1, found 2\n'],
  ['not-found-ref', 'fatal: Needed a single revision\n'],
  ['not-found-ref', "fatal: bad revision 'nowhere'\n"],
  ['failed', 'something nobody has seen before\n'],
  ['failed', ''],
];

describe('the reason of a failed Git command', () => {
  for (const [reason, stderr] of SAID) {
    it(`is ${reason}: ${stderr.split('\n')[0] ?? ''}`, () => {
      assert.equal(gitFailure(['x'], 128, stderr).reason, reason);
    });
  }

  it('is told in the words of whoever named the cause', () => {
    const message = (stderr: string): string => gitFailure(['push'], 128, stderr).message;
    assert.equal(
      message(
        'git@example.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n',
      ),
      'git@example.com: Permission denied (publickey).',
    );
    assert.equal(
      message(
        "fatal: '/nowhere' does not appear to be a git repository\nfatal: Could not read from remote repository.\n",
      ),
      "'/nowhere' does not appear to be a git repository",
    );
    assert.equal(
      message('fatal: Could not read from remote repository.\n'),
      'Could not read from remote repository.',
    );
    assert.equal(
      message('fatal: unknown repository extension found:\n\trefstorage\n'),
      'This repository needs a newer Git than the one that was found: it does not know refstorage (reftable)',
    );
    assert.equal(message(''), 'git push ended with 128');
  });

  it('is that it was killed, although what it started holds its output open', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'modelkeep-killed-'));
    const program = path.join(folder, 'git');
    // As ssh does when the Git that started it is gone.
    writeFileSync(
      program,
      `#!/bin/sh\nsleep 300 &\necho $! > '${folder}/pid'\necho 'remote: Counting' >&2\nkill -9 $$\n`,
    );
    chmodSync(program, 0o755);
    try {
      await assert.rejects(
        runGit(gitEnvironment(process.env, program), ['fetch'], { cwd: folder, timeout: 0 }),
        { name: 'GitError', reason: 'killed', message: 'Git was ended by SIGKILL before it was done' },
      );
    } finally {
      process.kill(Number(readFileSync(path.join(folder, 'pid'), 'utf8')));
      rmSync(folder, { recursive: true });
    }
  });
});
