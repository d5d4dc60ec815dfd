/** What GTO 1.10 writes into its tags, to the letter (the quotes differ from one to the other there too). */
export const gtoMessage = {
  register: (artifact: string, version: string) => `Registering artifact ${artifact} version ${version}`,
  deregister: (artifact: string, version: string) => `Deregistering artifact ${artifact} version ${version}`,
  assign: (artifact: string, version: string, stage: string) =>
    `Assigning stage ${stage} to artifact ${artifact} version ${version}`,
  unassign: (artifact: string, version: string, stage: string) =>
    `Unassigning stage '${stage}' to artifact '${artifact}' version '${version}'`,
  deprecate: (artifact: string) => `Deprecating artifact '${artifact}'`,
} as const;

/** Why something was done and who agreed, as trailers of a tag's message. */
export interface Approval {
  readonly reason?: string;
  readonly approvedBy?: readonly string[];
}

/** A message with its trailers: an empty line, then `Reason:` and one `Approved-by:` a person. */
export function withTrailers(message: string, approval: Approval): string {
  const lines = [
    ...(approval.reason === undefined ? [] : [`Reason: ${oneLine(approval.reason)}`]),
    ...(approval.approvedBy ?? []).map((person) => `Approved-by: ${oneLine(person)}`),
  ];
  return lines.length === 0 ? message : `${message.trimEnd()}\n\n${lines.join('\n')}`;
}

/** Reads the trailers back from the last paragraph of a message (git-interpret-trailers). */
export function readTrailers(message: string): Approval {
  const paragraphs = message.trimEnd().split(/\n\s*\n/);
  if (paragraphs.length < 2) return {};
  const approvedBy: string[] = [];
  let reason: string | undefined;
  for (const line of (paragraphs.at(-1) ?? '').split('\n')) {
    const found = /^(approved-by|reason)\s*:\s*(.*)$/i.exec(line);
    const value = found?.[2]?.trim();
    if (!found || value === undefined || value === '') continue;
    if (found[1]?.toLowerCase() === 'reason') reason ??= value;
    else approvedBy.push(value);
  }
  return { ...(reason === undefined ? {} : { reason }), ...(approvedBy.length === 0 ? {} : { approvedBy }) };
}

function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
