import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve } from '../../../scripts/dev/serve.mjs';

export interface ServerOptions {
  /** Settings of the window, as in settings.json; they come before the quiet defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** `false` opens folders in Restricted Mode until they are trusted. */
  readonly trusted?: boolean;
  /** Added to the environment of the server and so of the extension. */
  readonly env?: NodeJS.ProcessEnv;
  /** A VSIX to install before anything is opened. */
  readonly vsix?: string;
}

/** A VS Code Server of its own: clean data, no other extension, bound to 127.0.0.1. */
export interface VsCodeServer {
  readonly port: number;
  readonly origin: string;
  /** Its data, extensions, Git configuration and Modelkeep's cache; gone after `stop`. */
  readonly home: string;
  /** The file where it and the extension host write what they print. */
  readonly log: string;
  stop(): Promise<void>;
}

/** For pictures and for reading the screen: nothing blinks, nothing moves. */
const STILL = {
  'workbench.reduceMotion': 'on',
  'editor.cursorBlinking': 'solid',
  'editor.minimap.enabled': false,
  'security.workspace.trust.untrustedFiles': 'open',
};

/** Who commits in a window of the harness; nothing of the machine's own Git configuration gets in. */
const GIT_CONFIG = `[user]
	name = Ada Tester
	email = ada@example.org
[init]
	defaultBranch = main
[advice]
	detachedHead = false
`;

export async function startServer(options: ServerOptions = {}): Promise<VsCodeServer> {
  const home = await mkdtemp(join(tmpdir(), 'modelkeep-window-'));
  const remove = (): Promise<void> =>
    rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  try {
    await writeFile(join(home, 'gitconfig'), GIT_CONFIG);
    const served = await serve({
      ...options,
      home,
      settings: { ...STILL, ...options.settings },
      env: {
        GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
        GIT_CONFIG_NOSYSTEM: '1',
        MODELKEEP_CACHE_DIR: join(home, 'cache'),
        ...options.env,
      },
    });
    const stop = async (): Promise<void> => {
      await served.stop();
      await remove();
    };
    return { port: served.port, origin: served.origin, log: served.log, home, stop };
  } catch (error) {
    await remove();
    throw error;
  }
}
