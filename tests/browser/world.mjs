// A small world of real parts in a folder of its own: Redis on a Unix socket, the archiver and the console.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const built = resolve(process.env.BUILD ?? join(root, 'build'));

// The packages are installed below the build folder (make browser), since nothing is written beside the sources.
export const need = createRequire(join(built, 'npm/browser/package.json'));

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, check, ms = 20000) {
  const end = Date.now() + ms;
  for (;;) {
    const got = await check();
    if (got) return got;
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain: ${what}`);
    await sleep(50);
  }
}

function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

export class World {
  constructor() {
    this.dir = mkdtempSync(join(tmpdir(), 'fengsui-browser-'));
    this.socket = join(this.dir, 'redis.sock');
    this.archive = join(this.dir, 'archive');
    this.children = {};
    mkdirSync(this.archive);
  }

  run(name, program, args) {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.dir });
    child.said = '';
    for (const out of [child.stdout, child.stderr]) out.on('data', (bytes) => { child.said += bytes; });
    child.on('error', (fault) => { child.said += fault.message; });
    this.children[name] = child;
    return child;
  }

  async startRedis() {
    this.run('redis', 'redis-server', ['--port', '0', '--unixsocket', this.socket, '--dir', this.dir, '--appendonly', 'yes',
                                       '--save', '', '--maxmemory-policy', 'noeviction', '--daemonize', 'no']);
    await until('redis answers', () => { try { return this.redis('PING') === 'PONG'; } catch { return false; } });
  }

  startArchiver() {
    this.run('archiver', process.env.FENGSUI_ARCHIVER ?? join(built, 'fengsui-archiver'),
      ['--set', `bus.redis=unix:${this.socket}`, '--set', `archive.store=${this.archive}`]);
  }

  async startConsole(more = []) {
    this.port ??= await freePort();
    this.address = `http://127.0.0.1:${this.port}`;
    const set = { 'dashboard.listen': `127.0.0.1:${this.port}`, 'bus.redis': `unix:${this.socket}`, 'archive.store': this.archive,
                  'dashboard.web': process.env.FENGSUI_WEB ?? join(built, 'web'), 'dashboard.regions': join(root, 'deploy/data/hunan_regions.csv'),
                  'dashboard.map': join(root, 'deploy/data/hunan-prefectures.geojson') };
    this.run('console', process.env.FENGSUI_DASHBOARD ?? join(built, 'fengsui-dashboard'),
      [...Object.entries(set).flatMap(([name, value]) => ['--set', `${name}=${value}`]), ...more]);
    await until('the console answers', async () => {
      if (this.children.console.exitCode !== null) throw new Error(this.children.console.said);
      return fetch(`${this.address}/healthz`).then((answer) => answer.ok, () => false);
    });
  }

  redis(...args) {
    return execFileSync('redis-cli', ['-s', this.socket, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  }

  /** Events into their streams, many at once, as RESP. */
  publish(stream, events) {
    const commands = events.map((event) => {
      const words = ['XADD', `fengsui:{${event.region}}:${stream}`, '*', 'id', event.id, 'type', event.event_type, 'v', '1', 'json', JSON.stringify(event)];
      return `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`;
    });
    for (const region of new Set(events.map((event) => event.region))) this.redis('SADD', 'fengsui:regions', region);
    execFileSync('redis-cli', ['-s', this.socket, '--pipe'], { input: commands.join(''), stdio: ['pipe', 'ignore', 'ignore'] });
  }

  heartbeat(region, name, ms = Date.now()) {
    this.redis('SADD', 'fengsui:regions', region);
    this.redis('HSET', `fengsui:{${region}}:sensors`, name, JSON.stringify({ sensor: name, region, time: new Date(ms).toISOString(), version: '0.1.0', epoch: 1, stats: {} }));
  }

  async get(path, headers = {}) {
    const answer = await fetch(this.address + path, { headers });
    return { status: answer.status, headers: answer.headers, body: await answer.text() };
  }

  async stop(name) {
    const child = this.children[name];
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const ended = new Promise((done) => { child.once('exit', done); });
    if (await Promise.race([ended.then(() => true), sleep(5000)]) !== true) child.kill('SIGKILL');
    await ended;
  }

  async end() {
    for (const name of ['console', 'archiver', 'redis']) await this.stop(name);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
