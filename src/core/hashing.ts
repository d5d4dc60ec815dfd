import type { Hash } from 'node:crypto';

/**
 * Begins a hash. Node loads its cryptography with the first one: few calls need any, and loading it takes longer than
 * Git takes to start.
 */
export function beginHash(algorithm: 'md5' | 'sha256'): Hash {
  return process.getBuiltinModule('node:crypto').createHash(algorithm);
}
