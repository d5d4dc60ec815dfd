'use strict';

const { chmodSync, readFileSync } = require('node:fs');
const path = require('node:path');
const MinimizerPlugin = require('minimizer-webpack-plugin');
const webpack = require('webpack');

const dist = path.join(__dirname, 'dist');

/**
 * What every bundle has in common. `--mode development` (F5, watching) gives source maps and no minification.
 *
 * @param {'production' | 'development'} mode
 * @param {{ name: string, target: string, entry: string, output: string, minimize?: boolean }} bundle
 * @returns {import('webpack').Configuration}
 */
function bundle(mode, { name, target, entry, output, minimize = true }) {
  const production = mode === 'production';
  return {
    name,
    mode,
    target,
    entry: path.join(__dirname, entry),
    output: { path: path.dirname(path.join(dist, output)), filename: path.basename(output) },
    devtool: production && minimize ? false : 'source-map',
    resolve: {
      extensions: ['.ts', '.js'],
      extensionAlias: { '.js': ['.ts', '.js'] },
      // `module` before `main`: jsonc-parser's UMD build cannot be bundled.
      mainFields: ['module', 'main'],
    },
    module: {
      // `import { version } from 'package.json'` bundles the version alone.
      parser: { json: { namedExports: true } },
      rules: [
        {
          test: /\.ts$/,
          use: {
            loader: 'swc-loader',
            options: {
              jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
              sourceMaps: true,
              swcrc: false,
            },
          },
        },
      ],
    },
    optimization: {
      minimize: production && minimize,
      minimizer: [
        new MinimizerPlugin({
          minify: MinimizerPlugin.swcMinify,
          extractComments: false,
          // ASCII alone keeps the text one byte a character in V8, which reads all of it at every start.
          terserOptions: { format: { comments: false, asciiOnly: true } },
        }),
      ],
    },
    // A lazy `import()` stays a lazy evaluation, but not another file.
    plugins: [new webpack.optimize.LimitChunkCountPlugin({ maxChunks: 1 })],
    cache: {
      type: 'filesystem',
      name: `${name}-${mode}`,
      cacheDirectory: path.join(__dirname, '.modelkeep-dev', 'cache', 'webpack'),
      buildDependencies: { config: [__filename, path.join(__dirname, 'package-lock.json')] },
    },
    performance: { hints: false },
    stats: 'errors-warnings',
  };
}

/**
 * A bundle for Node: the extension, the command line, the host tests.
 *
 * @param {'production' | 'development'} mode
 * @param {{ name: string, entry: string, output: string, minimize?: boolean }} options
 * @param {Record<string, string>} externals
 * @returns {import('webpack').Configuration}
 */
function nodeBundle(mode, options, externals) {
  const configuration = bundle(mode, { target: 'node20', ...options });
  return {
    ...configuration,
    output: { ...configuration.output, library: { type: 'commonjs2' } },
    externals,
    // `vscode` and the programs of the tests are there at run time; everything else is inside.
    externalsPresets: { node: true },
  };
}

/** The page's style sheet stands beside its script as it is written: small, and one file to read in the inspector. */
class StylePlugin {
  /** @param {import('webpack').Compiler} compiler */
  apply(compiler) {
    const source = path.join(__dirname, 'webview-ui', 'style.css');
    compiler.hooks.thisCompilation.tap('StylePlugin', (compilation) => {
      compilation.fileDependencies.add(source);
      compilation.hooks.processAssets.tap('StylePlugin', () => {
        compilation.emitAsset('style.css', new webpack.sources.RawSource(readFileSync(source)));
      });
    });
  }
}

/** The first line that lets a shell run the file, and the permission to. */
class ExecutablePlugin {
  /** @param {import('webpack').Compiler} compiler */
  apply(compiler) {
    new webpack.BannerPlugin({ banner: '#!/usr/bin/env node', raw: true }).apply(compiler);
    compiler.hooks.afterEmit.tap('ExecutablePlugin', () => chmodSync(path.join(dist, 'cli.js'), 0o755));
  }
}

/**
 * @param {Record<string, unknown>} _env
 * @param {{ mode?: string }} argv
 */
module.exports = (_env, argv) => {
  const mode = argv.mode === 'development' ? 'development' : 'production';
  const cli = nodeBundle(mode, { name: 'cli', entry: 'src/cli.ts', output: 'cli.js' }, {});
  const page = bundle(mode, {
    name: 'page',
    target: 'web',
    entry: 'webview-ui/main.ts',
    output: 'webview/main.js',
  });
  const toolkit = bundle(mode, {
    name: 'toolkit',
    target: 'web',
    entry: 'webview-ui/ui/index.ts',
    output: 'webview/ui.js',
  });
  return [
    nodeBundle(
      mode,
      { name: 'extension', entry: 'src/extension.ts', output: 'extension.js' },
      { vscode: 'commonjs vscode' },
    ),
    { ...cli, plugins: [...(cli.plugins ?? []), new ExecutablePlugin()] },
    { ...page, plugins: [...(page.plugins ?? []), new StylePlugin()] },
    toolkit,
    nodeBundle(
      mode,
      { name: 'host-tests', entry: 'test/host/index.ts', output: 'test/index.js', minimize: false },
      { vscode: 'commonjs vscode', mocha: 'commonjs mocha' },
    ),
  ];
};
