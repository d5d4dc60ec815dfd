import assert from 'node:assert/strict';
import { pageHtml } from '../../../src/editor/compare/html.js';

describe('The document of the compare page', () => {
  const parts = {
    nonce: 'A'.repeat(32),
    style: 'https://x/s.css',
    toolkit: 'https://x/u.js',
    script: 'https://x/m.js',
  };

  it('lets nothing run or be styled but what carries its nonce, and nothing connect', () => {
    const html = pageHtml(parts);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? '';
    assert.deepEqual(policy.split('; ').sort(), [
      `base-uri 'none'`,
      `connect-src 'none'`,
      `default-src 'none'`,
      `form-action 'none'`,
      `script-src 'nonce-${parts.nonce}'`,
      `style-src 'nonce-${parts.nonce}'`,
    ]);
    assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script[^>]*>[^<]/);
    for (const [tag] of html.matchAll(/<(?:script|link)\b[^>]*>/g))
      assert.ok(tag.includes(`nonce="${parts.nonce}"`), tag);
  });

  it('takes no address for markup and no weak nonce', () => {
    assert.doesNotMatch(
      pageHtml({ ...parts, script: '"><script>alert(1)</script>' }),
      /alert\(1\)<\/script>/,
    );
    assert.throws(() => pageHtml({ ...parts, nonce: 'short' }), RangeError);
    assert.throws(() => pageHtml({ ...parts, nonce: `${'A'.repeat(24)}' *` }), RangeError);
  });
});
