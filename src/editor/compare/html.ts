/** What the page of the panel is made of; addresses are the webview's own. */
export interface PageParts {
  /** Fresh for every page: at least 128 random bits. */
  readonly nonce: string;
  readonly style: string;
  readonly toolkit: string;
  readonly script: string;
}

/**
 * The document of the compare page. Nothing runs or styles it but what carries its nonce, it reaches nothing, and
 * nothing of a repository stands in it: that comes later, as data. Scripts are deferred, so that they run before the
 * window's `load` event, on which the toolkit takes its colours.
 */
export function pageHtml({ nonce, style, toolkit, script }: PageParts): string {
  if (!/^[A-Za-z0-9+/=_-]{20,}$/.test(nonce)) throw new RangeError('The nonce is too short or no plain text');
  const policy = [
    `default-src 'none'`,
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    `connect-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<title>Modelkeep</title>
<link rel="stylesheet" nonce="${nonce}" href="${attribute(style)}">
<script nonce="${nonce}" defer src="${attribute(toolkit)}"></script>
<script nonce="${nonce}" defer src="${attribute(script)}"></script>
</head>
<body></body>
</html>
`;
}

function attribute(text: string): string {
  return text.replace(/[&"<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
