import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A Git working copy whose models lie where DVC and Git LFS keep them. Nothing but Git is run, and Git
 * without the configuration of whoever runs this, so that the same base date gives the same ids everywhere.
 */
export class Workspace {
  /** `now`: seconds since 1970; the history lies before it. */
  constructor(folder, remotes, now) {
    this.folder = folder;
    this.remotes = remotes;
    this.midnight = now - (now % 86400);
  }

  git(args, { env = {}, input = '' } = {}) {
    const clean = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')),
    );
    return execFileSync('git', args, {
      cwd: this.folder,
      input,
      encoding: 'utf8',
      stdio: 'pipe',
      env: {
        ...clean,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_ATTR_NOSYSTEM: '1',
        XDG_CONFIG_HOME: path.join(this.remotes, 'no-config'),
        ...env,
      },
    }).trimEnd();
  }

  at(file) {
    return path.join(this.folder, file);
  }

  write(file, content) {
    mkdirSync(path.dirname(this.at(file)), { recursive: true });
    writeFileSync(this.at(file), content);
  }

  read(file) {
    return readFileSync(this.at(file), 'utf8');
  }

  /** Replaces text that must be there. */
  edit(file, before, after) {
    const text = this.read(file);
    if (!text.includes(before)) throw new Error(`${file} does not say ${JSON.stringify(before)}`);
    this.write(file, text.replace(before, after));
  }

  /** `person`: `{name, email}`; `days` before the base date, `time` as `hh:mm`. */
  commit(message, person, days, time) {
    this.git(['add', '--all']);
    this.git(['commit', '-q', '-m', message], { env: this.signature(person, days, time) });
  }

  /** Months as `yyyy-mm`, from `first` to `last` months before the base date. */
  months(first, last) {
    const base = new Date(this.midnight * 1000);
    return Array.from({ length: first - last + 1 }, (_, i) =>
      new Date(Date.UTC(base.getUTCFullYear(), base.getUTCMonth() - first + i, 1)).toISOString().slice(0, 7),
    );
  }

  annotate(tag, message, person, days, time, commit = 'HEAD') {
    this.git(['tag', '-a', '-m', message, tag, `${commit}^{commit}`], {
      env: this.signature(person, days, time),
    });
  }

  signature({ name, email }, days, time) {
    const [hours, minutes] = time.split(':').map(Number);
    const date = `@${this.midnight - days * 86400 + hours * 3600 + minutes * 60} +0000`;
    return {
      GIT_AUTHOR_NAME: name,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: name,
      GIT_COMMITTER_EMAIL: email,
      GIT_COMMITTER_DATE: date,
    };
  }

  /** What `dvc add` or `dvc commit` does with a file: bytes into the cache, the name into `.gitignore`. */
  dvcStore(file, bytes) {
    this.write(file, bytes);
    this.ignore(file);
    return { path: file, ...this.cache(bytes) };
  }

  /** The same for a folder: `files` is relative path to bytes; the manifest is cached like a file. */
  dvcStoreFolder(folder, files) {
    rmSync(this.at(folder), { recursive: true, force: true });
    const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
    const manifest = entries.map(([relpath, bytes]) => {
      this.write(`${folder}/${relpath}`, bytes);
      return `{"md5": "${this.cache(bytes).md5}", "relpath": "${relpath}"}`;
    });
    this.ignore(folder);
    const { md5 } = this.cache(`[${manifest.join(', ')}]`, '.dir');
    const size = entries.reduce((sum, [, bytes]) => sum + Buffer.byteLength(bytes), 0);
    return { path: folder, md5, size, files: entries.length };
  }

  /** Writes the `.dvc` file beside what it tracks, in the form that DVC writes. */
  dvcFile({ path: file, md5, size, files }, extra = '') {
    const count = files === undefined ? '' : `  nfiles: ${files}\n`;
    this.write(
      `${file}.dvc`,
      `outs:\n- md5: ${md5}\n  size: ${size}\n${count}  hash: md5\n  path: ${path.posix.basename(file)}\n${extra}`,
    );
  }

  /** Digest, size and number of files of something in Git, as `dvc.lock` names dependencies and metrics. */
  describe(file) {
    const bytes = readFileSync(this.at(file));
    return { path: file, md5: hash('md5', bytes), size: bytes.length };
  }

  /** Bytes into the LFS store and its remote's, the pointer into the working copy (as Git has it without git-lfs). */
  lfs(file, bytes) {
    const oid = hash('sha256', bytes);
    for (const store of [this.at('.git/lfs'), path.join(this.remotes, 'fraud-service.git', 'lfs')]) {
      put(path.join(store, 'objects', oid.slice(0, 2), oid.slice(2, 4), oid), bytes);
    }
    this.write(file, `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize ${bytes.length}\n`);
  }

  /** Puts the bytes named by the `.dvc` files and locks of the checked-out commit back, as `dvc checkout` does. */
  dvcCheckout(tracked) {
    for (const { path: file, md5 } of tracked) {
      const object = this.cached(md5);
      if (!md5.endsWith('.dir')) {
        this.write(file, readFileSync(object));
        continue;
      }
      rmSync(this.at(file), { recursive: true, force: true });
      for (const entry of JSON.parse(readFileSync(object, 'utf8'))) {
        this.write(`${file}/${entry.relpath}`, readFileSync(this.cached(entry.md5)));
      }
    }
  }

  /** Copies a cached object, and all that a folder names, to the DVC remote. */
  dvcPush(md5) {
    const object = this.cached(md5);
    const target = path.join(this.remotes, 'storage', 'files', 'md5', md5.slice(0, 2), md5.slice(2));
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(object, target);
    if (md5.endsWith('.dir')) {
      for (const entry of JSON.parse(readFileSync(object, 'utf8'))) this.dvcPush(entry.md5);
    }
  }

  cache(bytes, suffix = '') {
    const md5 = hash('md5', bytes) + suffix;
    put(this.cached(md5), bytes);
    return { md5, size: Buffer.byteLength(bytes) };
  }

  cached(md5) {
    return this.at(`.dvc/cache/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`);
  }

  ignore(file) {
    const list = path.posix.join(path.posix.dirname(file), '.gitignore');
    const line = `/${path.posix.basename(file)}\n`;
    const text = existsSync(this.at(list)) ? this.read(list) : '';
    if (!text.includes(line)) this.write(list, text + line);
  }
}

/** Hex digest of text or bytes. */
export function hash(algorithm, bytes) {
  return createHash(algorithm).update(bytes).digest('hex');
}

function put(file, bytes) {
  if (existsSync(file) && statSync(file).size === Buffer.byteLength(bytes)) return;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
