import type { Command } from './command.js';

/** Every command by name; each is loaded only when it is called. The order is that of the help. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  list: async () => (await import('./list.js')).list,
  show: async () => (await import('./show.js')).show,
  log: async () => (await import('./log.js')).log,
  compare: async () => (await import('./compare.js')).compare,
  branch: async () => (await import('./branch.js')).branch,
  'check-branch': async () => (await import('./checkBranch.js')).checkBranch,
  tag: async () => (await import('./tag.js')).tag,
  stage: async () => (await import('./stage.js')).stage,
  deprecate: async () => (await import('./deprecate.js')).deprecate,
  pin: async () => (await import('./pin.js')).pin,
  rollback: async () => (await import('./rollback.js')).rollback,
  status: async () => (await import('./status.js')).status,
  verify: async () => (await import('./verify.js')).verify,
  fetch: async () => (await import('./fetch.js')).fetch,
  history: async () => (await import('./history.js')).history,
};
