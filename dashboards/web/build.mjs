// Builds the page into --out (or ../../build/web): bundled, named by content, and with a gzip form beside each file,
// so that the server has nothing to do but hand them out.
import { build } from 'esbuild';
import { gzipSync } from 'node:zlib';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const at = process.argv.indexOf('--out');
const out = resolve(at > 0 ? process.argv[at + 1] : join(here, '../../build/web'));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const result = await build({
  entryPoints: [join(here, 'src/main.tsx')],
  outdir: out,
  entryNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2020'],
  charset: 'utf8',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'external',
  metafile: true,
});

const named = (ending) => basename(Object.keys(result.metafile.outputs).find((name) => name.endsWith(ending)));
const page = readFileSync(join(here, 'src/index.html'), 'utf8')
  .replace('{{script}}', named('.js'))
  .replace('{{style}}', named('.css'));
writeFileSync(join(out, 'index.html'), page);
writeFileSync(join(out, 'beacon.svg'), readFileSync(join(here, 'src/beacon.svg')));

for (const name of readdirSync(out)) {
  const plain = readFileSync(join(out, name));
  const small = gzipSync(plain, { level: 9 });
  if (small.length < plain.length) writeFileSync(join(out, `${name}.gz`), small);
  console.log(`${String(plain.length).padStart(9)} ${String(small.length).padStart(8)}  ${name}`);
}
