/** Whether this is CI, where everything must be there and nothing may be skipped. */
export function inCi() {
  return !['', '0', 'false'].includes(process.env['CI'] ?? '');
}
