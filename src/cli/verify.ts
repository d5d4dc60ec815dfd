import { checkRemote } from '../core/pins/status/remote.js';
import type { Command } from './command.js';
import { CommandError } from './command.js';
import { readStatus, reportStatus } from './status.js';

/** `verify`: the status as a gate; bytes are hashed, and nothing pinned is no pass. */
export const verify: Command = {
  name: 'verify',
  summary: 'The same as a gate: bytes are hashed, the exit code is the verdict',
  usage: 'verify [MODEL] [--env E] [--remote]',
  help: `  --env E     one environment of modelkeep.yaml
  --remote    also look whether the remote has the pinned bytes

Exits 0 only when all is in sync, 1 on drift or during a roll-out, 2 when modelkeep.yaml has errors, 3 when
something could not be determined.`,
  options: { env: { type: 'string' }, remote: { type: 'boolean' } },
  positionals: { min: 0, max: 1 },
  run: async (context, args) => {
    const found = await readStatus(context, args, {
      hash: true,
      ...(args.values.remote === true ? { remote: checkRemote } : {}),
    });
    if (found.pins.length === 0) {
      throw new CommandError(2, 'no-pin', 'modelkeep.yaml names no environment: there is nothing to verify');
    }
    return reportStatus(context, found);
  },
};
