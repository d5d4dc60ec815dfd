import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import type { DvcConfig, DvcSection } from '../tracking/dvc/config.js';
import { mergeDvcConfigs, parseDvcConfig } from '../tracking/dvc/config.js';

/**
 * DVC's configuration as it holds for a `.dvc` folder: the system's, the user's, the repository's and the clone's own,
 * later ones winning key by key. `cache.dir` and remotes that are folders are absolute: each is relative to its own file.
 */
export async function readDvcConfig(
  dvcFolder: string,
  env: NodeJS.ProcessEnv,
  platform = process.platform,
): Promise<DvcConfig> {
  const files = [
    path.join(systemFolder(env, platform), 'config'),
    path.join(userFolder(env, platform), 'config'),
    path.join(dvcFolder, 'config'),
    path.join(dvcFolder, 'config.local'),
  ];
  const configs = await Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file).catch(() => null); // most of them do not exist
      return bytes === null ? [] : [absolute(parseDvcConfig(bytes), path.dirname(file))];
    }),
  );
  return mergeDvcConfigs(configs.flat());
}

/** Whether a remote's address is a folder on this machine; `x:` of one letter is a drive. */
export function isLocalAddress(url: string): boolean {
  return !/^[^/\\]{2,}:/.test(url);
}

function absolute(config: DvcConfig, folder: string): DvcConfig {
  const within = (section: DvcSection, key: string): DvcSection => {
    const written = section.get(key);
    if (written === undefined || written === '' || !isLocalAddress(written)) return section;
    return new Map([...section, [key, path.resolve(folder, expandHome(written))]]);
  };
  const each = (
    sections: ReadonlyMap<string, DvcSection>,
    change: (section: DvcSection, name: string) => DvcSection,
  ): ReadonlyMap<string, DvcSection> =>
    new Map([...sections].map(([name, section]) => [name, change(section, name)]));
  return {
    ...config,
    remotes: each(config.remotes, (section) => within(section, 'url')),
    sections: each(config.sections, (section, name) => (name === 'cache' ? within(section, 'dir') : section)),
  };
}

function expandHome(written: string): string {
  return /^~(?=$|[/\\])/.test(written) ? path.join(homedir(), written.slice(1)) : written;
}

/** DVC's `system_config_dir` (platformdirs: `site_config_dir`). */
function systemFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env.DVC_SYSTEM_CONFIG_DIR) return env.DVC_SYSTEM_CONFIG_DIR;
  if (platform === 'darwin') return '/Library/Application Support/dvc';
  if (platform === 'win32') return path.join(env.PROGRAMDATA ?? 'C:\\ProgramData', 'iterative', 'dvc');
  return path.join(env.XDG_CONFIG_DIRS?.split(':')[0] || '/etc/xdg', 'dvc');
}

/** DVC's `global_config_dir` (platformdirs: `user_config_dir`). */
function userFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string {
  if (env.DVC_GLOBAL_CONFIG_DIR) return env.DVC_GLOBAL_CONFIG_DIR;
  const home = homedir();
  if (platform === 'darwin') return path.join(home, 'Library', 'Application Support', 'dvc');
  if (platform === 'win32')
    return path.join(env.LOCALAPPDATA ?? path.join(home, 'AppData', 'Local'), 'iterative', 'dvc');
  return path.join(env.XDG_CONFIG_HOME || path.join(home, '.config'), 'dvc');
}
