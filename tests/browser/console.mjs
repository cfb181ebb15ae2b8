// The console in a real browser over real parts: Redis, the archiver, fengsui-dashboard, and the page as built.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { alert, incident } from './events.mjs';
import { World, built, need, sleep, until } from './world.mjs';

const { chromium } = need('playwright-core');
const axe = readFileSync(need.resolve('axe-core/axe.min.js'), 'utf8');
const shots = join(built, 'screens');
const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
               '--disable-component-update', '--disable-sync'];
const SEVERITY = '.figure-value[data-severity="1"]';

const world = new World();
let browser, page;
const complaints = [], strangers = [];
const tests = [];
const test = (name, body) => tests.push({ name, body });

function must(condition, what) {
  if (!condition) throw new Error(what);
}

function equal(got, want, what) {
  must(JSON.stringify(got) === JSON.stringify(want), `${what}: ${JSON.stringify(got)} and not ${JSON.stringify(want)}`);
}

const text = (selector) => page.locator(selector).first().innerText();
const count = (selector) => page.locator(selector).count();
const shot = (name) => page.screenshot({ path: join(shots, `${name}.png`) });
const gone = (selector) => until(`${selector} goes`, async () => (await count(selector)) === 0);
const seen = (what, selector, words) => until(what, async () => (await page.locator(selector, { hasText: words }).count()) > 0);

async function fresh(path = '/', size = { width: 1440, height: 900 }, locale = 'zh-CN') {
  await page?.context().close();
  const context = await browser.newContext({ viewport: size, locale, timezoneId: 'Asia/Shanghai' });
  page = await context.newPage();
  page.on('console', (message) => { if (['error', 'warning'].includes(message.type())) complaints.push(message.text()); });
  page.on('pageerror', (fault) => complaints.push(String(fault)));
  page.on('request', (request) => { if (!request.url().startsWith(world.address) && !request.url().startsWith('data:')) strangers.push(request.url()); });
  await page.goto(world.address + path);
  await page.locator('main').waitFor();
}

async function accessible(where) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }));
  const found = violations.map((v) => `${v.impact} ${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
  equal(found, [], `axe on ${where}`);
}

function beats() {
  for (const region of ['430100', '430600', '430400', '431200']) world.heartbeat(region, `sensor-${region}`);
}

// ---- what is in the world when the page opens ----
const minute = 60000;
const past = Array.from({ length: 320 }, (_, n) => alert(n, Date.now() - (320 - n) * 900));
const stories = [
  incident(1, 1, past.filter((a) => a.region === '430400').slice(-24), 1,
    { zh: '水厂控制器被陌生主机写入', en: 'Unknown host writes to waterworks controllers' }),
  incident(2, 1, past.filter((a) => a.region === '430100').slice(-40), 2,
    { zh: '税务门户遭扫描后被 SQL 注入', en: 'Tax portal scanned, then SQL injection' }),
  incident(3, 1, past.filter((a) => a.region === '430600').slice(-20), 3,
    { zh: '变电站办公网主机外联信标', en: 'Beacon from a substation office host' }),
  incident(4, 1, past.filter((a) => a.region === '431200').slice(-9), 4,
    { zh: '公交调度系统口令猜测', en: 'Password guessing at the bus dispatch' }, { state: 'closed' }),
];

test('an empty world says why nothing is shown', async () => {
  await fresh();
  await seen('the reason', '.alerts .empty', '没有在线探针');
  await seen('the reason', '.incidents .empty', '没有');
  must((await text('.regions')).includes('审核'), 'the map says that it is a sketch');
  await accessible('the empty page');
  await shot('empty-1440');
});

test('alerts that arrive are on the page without a reload, newest first', async () => {
  beats();
  world.heartbeat('430200', 'sensor-430200', Date.now() - 10 * minute);
  world.publish('alerts', past);
  await seen('the newest alert', '#alert-list .row', past[past.length - 1].src_ip);
  const first = await text('#alert-list .row[aria-posinset="1"]');
  must(first.includes(`${past[past.length - 1].src_ip}:${past[past.length - 1].src_port}`), `the newest is first, not ${first}`);
  must(await count('#alert-list .row') < 60, 'only the rows in sight exist');
});

test('incidents arrive live, and the gravest open one is first', async () => {
  world.publish('incidents', stories);
  await seen('an incident', '#incident-list .row', '水厂控制器');
  await until('the gravest first', async () => (await text('#incident-list .row[aria-posinset="1"]')).includes('特别重大'));
  await until('the closed one last', async () => (await text('#incident-list .row[aria-posinset="4"]')).includes('已关闭'));
});

test('a newer version of an incident replaces the older, and an older one changes nothing', async () => {
  const again = structuredClone(stories[2]);
  again.incident.version = 2;
  again.id = `${again.incident.id}:2`;
  again.incident.state = 'triaged';
  world.publish('incidents', [again]);
  await seen('the change', '#incident-list .row', '已研判');
  world.publish('incidents', [stories[2]]);
  await sleep(700);
  equal(await page.locator('#incident-list .row', { hasText: '变电站' }).count(), 1, 'rows of that incident');
  must((await page.locator('#incident-list .row', { hasText: '变电站' }).innerText()).includes('已研判'), 'the older version came late');
});

test('the figures are those of the archive', async () => {
  const high = past.filter((a) => a.alert.severity === 1).length;
  await until('the figure', async () => (await text(SEVERITY)) === String(high));
  await until('the sensors', async () => (await text('.figures')).includes('4/5'));
  await until('three open incidents', async () => /^3/.test(await page.locator('.figure', { hasText: '未结事件' }).innerText()));
});

test('after a reload all of it comes back from the archive', async () => {
  await fresh();
  await seen('an incident', '#incident-list .row', '水厂控制器');
  await until('the alerts', async () => (await page.locator('#alert-list .row').first().getAttribute('aria-setsize')) >= 200);
  await until('the map', async () => (await page.locator('.map').getAttribute('data-ready')) === 'yes');
  await until('the figures', async () => (await text(SEVERITY)) !== '0');
  await until('the beat', async () => (await text('.controls')).includes('实时'));
  await accessible('the full page');
  await shot('full-zh-1440');
});

test('scrolling down brings the older alerts', async () => {
  await page.locator('#alert-list').evaluate((box) => { box.scrollTop = box.scrollHeight; });
  await until('older alerts', async () => Number(await page.locator('#alert-list .row').first().getAttribute('aria-setsize')) === past.length);
  await page.locator('#alert-list').evaluate((box) => { box.scrollTop = 0; });
});

test('what is being read does not move when alerts arrive above it', async () => {
  await page.locator('#alert-list').evaluate((box) => { box.scrollTop = 40 * 30; });
  await sleep(200);
  const row = () => page.locator('#alert-list').evaluate((box) => {
    const top = box.getBoundingClientRect().top;
    return [...box.querySelectorAll('.row')].find((r) => r.getBoundingClientRect().top >= top)?.querySelector('.end')?.textContent;
  });
  const before = await row();
  world.publish('alerts', [alert(901, Date.now()), alert(902, Date.now())]);
  await until('the new ones', async () => Number(await page.locator('#alert-list .row').first().getAttribute('aria-setsize')) === past.length + 2);
  await sleep(200);
  equal(await row(), before, 'the row at the top');
  await page.locator('#alert-list').evaluate((box) => { box.scrollTop = 0; });
});

test('a pause holds the list and counts what came, and going on shows it', async () => {
  await page.keyboard.press('p');
  const newcomer = alert(903, Date.now(), { src_ip: '198.51.100.203' });
  world.publish('alerts', [newcomer, alert(904, Date.now())]);
  await seen('the counter', '.paused', '新到 2 条');
  equal(await page.locator('#alert-list .row', { hasText: '198.51.100.203' }).count(), 0, 'rows that came while paused');
  await page.keyboard.press('p');
  await seen('the alert', '#alert-list .row', '198.51.100.203');
});

test('the language changes without a reload, and stays', async () => {
  await page.evaluate(() => { window.marked = true; });
  await page.getByRole('button', { name: 'EN', exact: true }).click();
  await seen('English', 'h2', 'Live alerts');
  await seen('English', '#incident-list .row', 'Unknown host writes');
  equal(await page.evaluate(() => [window.marked, document.documentElement.lang]), [true, 'en'], 'the same page, in English');
  await shot('full-en-1440');
  await page.reload();
  await seen('English', 'h2', 'Live alerts');
  await page.keyboard.press('l');
  await seen('Chinese', 'h2', '实时告警');
});

test('an incident tells its story: parties, stages, reasons, rules and its alerts', async () => {
  await page.locator('#incident-list .row', { hasText: '水厂控制器' }).click();
  for (const words of ['净水控制器', '衡阳水厂', '破坏过程控制', '同一攻击方十分钟后', 'Modbus write', '特别重大', '0.75'])
    await seen(words, '.drawer', words);
  await until('its alerts', async () => await count('.alerts-of li') === stories[0].incident.alert_count);
  await accessible('the drawer');
  await shot('incident-zh-1440');
});

test('from an incident to an alert and back', async () => {
  await page.locator('.alerts-of button').first().click();
  await seen('the event', '.drawer pre', 'community_id');
  await shot('alert-zh-1440');
  await page.getByRole('button', { name: '返回' }).click();
  await seen('the story', '.drawer', '为何合并');
  await page.keyboard.press('Escape');
  await gone('.drawer');
});

test('an incident that became part of another leaves the list; the whole names it, and each leads to the other', async () => {
  const swept = past.filter((a) => a.region === '431200').slice(-15, -9);
  const titles = { zh: '怀化多台主机遭同一扫描', en: 'One sweep over hosts in Huaihua' };
  const whole = stories[3].incident.id;
  world.publish('incidents', [incident(5, 1, swept, 3, titles)]);
  await seen('it, on its own', '#incident-list .row', '怀化多台主机');
  await until('four open incidents', async () => /^4/.test(await page.locator('.figure', { hasText: '未结事件' }).innerText()));
  world.publish('incidents', [incident(5, 2, swept, 3, titles, { state: 'closed', merged_into: whole, alert_ids: [] })]);
  await until('it is gone', async () => await page.locator('#incident-list .row', { hasText: '怀化多台主机' }).count() === 0);
  await until('three open incidents', async () => /^3/.test(await page.locator('.figure', { hasText: '未结事件' }).innerText()));
  await fresh();
  await seen('the whole', '#incident-list .row', '公交调度系统');
  equal(await page.locator('#incident-list .row', { hasText: '怀化多台主机' }).count(), 0, 'rows of the part after a reload');
  await page.locator('#incident-list .row', { hasText: '公交调度系统' }).click();
  await seen('the part', '.drawer .merged', '怀化多台主机');
  await until('the alerts of both', async () => await count('.alerts-of li') === stories[3].incident.alert_count + swept.length);
  await page.locator('.merged').scrollIntoViewIfNeeded();
  await accessible('a whole with a part');
  await shot('whole-zh-1440');
  await page.locator('.merged button').click();
  await seen('the part', '.drawer h2', '怀化多台主机');
  await seen('its whole', '.drawer .part-of', '已并入：公交调度系统');
  await until('its own alerts', async () => await count('.alerts-of li') === swept.length);
  equal(await count('.merged li'), 0, 'parts of the part');
  await accessible('a part');
  await shot('part-zh-1440');
  await page.keyboard.press('l');
  await seen('its whole', '.drawer .part-of', 'Became part of: Password guessing');
  await page.keyboard.press('l');
  await page.locator('.part-of button').click();
  await seen('the whole', '.drawer h2', '公交调度系统');
  await page.keyboard.press('Escape');
  await gone('.drawer');
  await page.locator('#incident-list .row', { hasText: '水厂控制器' }).click();
  await page.keyboard.press('Escape');
  await gone('.drawer');
});

test('a part is gone after a reload of the list, too, when the stream had not told of it', async () => {
  const swept = past.filter((a) => a.region === '430600').slice(-30, -24);
  const titles = { zh: '岳阳多台主机遭同一扫描', en: 'One sweep over hosts in Yueyang' };
  const [reader, before] = [page, complaints.length];
  page = await page.context().newPage();
  await page.route('**/api/v1/stream*', (route) => route.abort());
  await page.goto(`${world.address}/?period=today`);
  world.publish('incidents', [incident(6, 1, swept, 3, titles)]);
  const periods = page.locator('.choice').first().getByRole('button');
  let turn = 0;
  const loadedAnew = async (rows) => {
    turn += 1;
    await periods.nth(turn % 2).click();
    await sleep(300);
    return await page.locator('#incident-list .row', { hasText: '岳阳多台主机' }).count() === rows;
  };
  await until('it, on its own', () => loadedAnew(1));
  world.publish('incidents', [incident(6, 2, swept, 3, titles, { state: 'closed', merged_into: stories[2].incident.id, alert_ids: [] })]);
  await until('it is gone', () => loadedAnew(0));
  await page.close();
  page = reader;
  equal(complaints.length, before, 'complaints of the page that listens');
});

test('the keyboard walks the lists, opens and closes', async () => {
  await page.keyboard.press('i');
  for (const key of ['j', 'j', 'k', 'Enter']) await page.keyboard.press(key);
  await seen('the second incident', '.drawer h2', '税务门户');
  await page.keyboard.press('j');
  await seen('the third', '.drawer h2', '变电站');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await seen('the help', 'dialog[open]', '上下移动');
  await accessible('the help');
  await shot('help-zh-1440');
  await page.keyboard.press('Escape');
  await gone('dialog[open]');
});

test('a click on the map filters by that region, and again takes it back', async () => {
  const map = page.locator('.map');
  const box = await map.boundingBox();
  // Hengyang's centre as the map draws it: find it by trying a grid, as a hand would
  let hit = '';
  for (let y = 0.35; y < 0.95 && hit !== '430400'; y += 0.06)
    for (let x = 0.3; x < 0.8 && hit !== '430400'; x += 0.06) {
      await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
      hit = await page.locator('select').inputValue();
    }
  equal(hit, '430400', 'the region clicked');
  await seen('the chip', '.chip', '衡阳');
  await until('only Hengyang', async () => {
    const rows = await page.locator('#alert-list .where').allInnerTexts();
    return rows.length > 0 && rows.every((name) => name.startsWith('衡阳'));
  });
  await until('one incident of Hengyang', async () => (await count('#incident-list .row')) === 1);
  await shot('region-zh-1440');
  await page.locator('.chip').click();
  await gone('.chip');
  await until('all incidents', async () => (await page.locator('#incident-list .row').first().getAttribute('aria-setsize')) === '4');
  equal(await page.locator('select').inputValue(), '', 'the filter');
});

test('a severity figure is a switch', async () => {
  await page.locator('.severities button').nth(3).click();
  await until('only info', async () => {
    const rows = await page.locator('#alert-list .tag').allInnerTexts();
    return rows.length > 0 && rows.every((name) => name === '提示');
  });
  await page.locator('.severities button').nth(3).click();
});

test('drill events are apart, and marked', async () => {
  world.publish('alerts', [alert(1, Date.now(), { status: 'exercise', src_ip: '198.51.100.77' })]);
  await sleep(600);
  equal(await page.locator('#alert-list .row', { hasText: '198.51.100.77' }).count(), 0, 'drill rows among actual ones');
  await page.getByRole('button', { name: '演练', exact: true }).click();
  await seen('the drill alert', '#alert-list .row', '198.51.100.77');
  await seen('the mark', '.band', '演练数据');
  equal(await count('#alert-list .row'), 1, 'rows of the drill');
  await accessible('the drill');
  await shot('exercise-zh-1440');
});

test('at 1920 by 1080 nothing scrolls but the lists', async () => {
  await fresh('/?lang=zh', { width: 1920, height: 1080 });
  await seen('an incident', '#incident-list .row', '水厂控制器');
  await until('the map', async () => (await page.locator('.map').getAttribute('data-ready')) === 'yes');
  await until('the figures', async () => (await text(SEVERITY)) !== '0');
  const over = await page.evaluate(() => [document.documentElement.scrollHeight - innerHeight, document.documentElement.scrollWidth - innerWidth]);
  must(over[0] <= 0 && over[1] <= 0, `the page is larger than the screen by ${over}`);
  await shot('full-zh-1920');
  await page.locator('#incident-list .row').first().click();
  await until('its alerts', async () => await count('.alerts-of li') > 0);
  await shot('incident-zh-1920');
  await page.keyboard.press('Escape');
});

test('when the console restarts, the page comes back by itself and misses nothing', async () => {
  await world.stop('console');
  await seen('the state', '.connection', '正在重连');
  const meanwhile = alert(950, Date.now(), { src_ip: '198.51.100.95' });
  world.publish('alerts', [meanwhile]);
  await world.startConsole();
  await seen('what came meanwhile', '#alert-list .row', '198.51.100.95');
  await until('live again', async () => (await text('.controls')).includes('实时'));
  complaints.splice(0, complaints.length, ...complaints.filter((words) => !words.includes('ERR_CONNECTION_REFUSED')
    && !words.includes('ERR_INCOMPLETE_CHUNKED_ENCODING') && !words.includes('ERR_CONNECTION_RESET') && !words.includes('ERR_EMPTY_RESPONSE')));
});

test('when Redis goes, the page says so; when it is back, alerts go on', async () => {
  await world.stop('redis');
  await until('the state', async () => (await text('.controls')).includes('消息总线未连接'));
  await shot('redis-away-zh-1920');
  await world.startRedis();
  await until('live again', async () => (await text('.controls')).includes('实时'));
  world.publish('alerts', [alert(960, Date.now(), { src_ip: '198.51.100.96' })]);
  await seen('the alert', '#alert-list .row', '198.51.100.96');
});

test('the API answers strictly, with one clear error', async () => {
  const cases = [
    ['/api/v1/alerts?sevrity=1', 400, 'unknown'], ['/api/v1/alerts?limit=0', 400, 'range'], ['/api/v1/alerts?limit=5&limit=6', 400, 'repeated'],
    ['/api/v1/alerts?address=10.0.0.300', 400, 'malformed'], ['/api/v1/alerts?from=yesterday', 400, 'malformed'], ['/api/v1/counts', 400, 'missing'],
    ['/api/v1/alerts?text=%ff', 400, 'malformed'], ['/api/v1/alerts?text=%00', 400, 'malformed'], ['/api/v1/sensors?x=1', 400, 'unknown'],
    ['/api/v1/incidents/I-none', 404, 'not_found'], ['/..%2f..%2fetc/passwd', 404, 'not_found'], ['/api/v2', 404, 'not_found'],
  ];
  for (const [path, status, code] of cases) {
    const got = await world.get(path);
    equal([got.status, JSON.parse(got.body).error.code], [status, code], path);
  }
  const one = JSON.parse((await world.get('/api/v1/alerts?limit=1')).body);
  const two = JSON.parse((await world.get(`/api/v1/alerts?limit=1&before=${encodeURIComponent(one.next)}`)).body);
  must(one.alerts[0].id !== two.alerts[0].id, 'the second page is another one');
});

test('every answer is guarded, files are cached and packed, and strangers by name are refused', async () => {
  const index = await world.get('/');
  equal(index.headers.get('content-security-policy').split(';')[0], "default-src 'self'", 'the policy');
  equal([index.headers.get('x-content-type-options'), index.headers.get('x-frame-options')], ['nosniff', 'DENY'], 'headers');
  const script = `/${/main-[A-Z0-9]{8}\.js/.exec(index.body)[0]}`;
  const got = await world.get(script, { 'Accept-Encoding': 'gzip' });
  equal([got.headers.get('content-encoding'), /immutable/.test(got.headers.get('cache-control'))], ['gzip', true], 'the script');
  equal((await world.get(script, { 'If-None-Match': got.headers.get('etag') })).status, 304, 'the script again');
  equal((await fetch(`${world.address}/api/v1/alerts`, { method: 'POST' })).status, 405, 'POST');
  equal((await fetch(`${world.address}/`, { method: 'HEAD' })).status, 200, 'HEAD');
  const { request } = await import('node:http');
  const status = await new Promise((done, fail) => {
    request(`${world.address}/api/v1/alerts`, { headers: { Host: 'evil.example' } }, (answer) => done(answer.statusCode)).on('error', fail).end();
  });
  equal(status, 421, 'a foreign name');
});

test('ready and metrics say how it stands', async () => {
  beats();
  await sleep(2500);
  equal(JSON.parse((await world.get('/readyz')).body).ready, true, 'ready');
  const metrics = (await world.get('/metrics')).body;
  for (const name of ['fengsui_dashboard_stream_clients ', 'fengsui_dashboard_http_requests_total ', 'fengsui_dashboard_sensors{state="up"} 4'])
    must(metrics.includes(name), `metrics hold ${name}`);
});

test('a second console on the same port says so in one sentence', async () => {
  const { spawnSync } = await import('node:child_process');
  const program = process.env.FENGSUI_DASHBOARD ?? join(built, 'fengsui-dashboard');
  const got = spawnSync(program, ['--set', `dashboard.listen=127.0.0.1:${world.port}`], { encoding: 'utf8' });
  equal(got.status, 75, 'its exit code');
  must(got.stderr.includes('another program listens there already'), got.stderr);
});

test('nothing was complained of, and nothing asked elsewhere', async () => {
  equal(complaints, [], 'the console of the browser');
  equal(strangers, [], 'requests to others');
});

// ---- run ----
async function run() {
  let passed = 0, failed = 0;
  mkdirSync(shots, { recursive: true });
  try {
    await world.startRedis();
    world.startArchiver();
    await world.startConsole();
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, args: flags });
    for (const { name, body } of tests) {
      try {
        await body();
        passed += 1;
        console.log(`ok    ${name}`);
      } catch (fault) {
        failed += 1;
        console.log(`FAIL  ${name}\n      ${fault.message}`);
        await page?.screenshot({ path: join(shots, `failed-${failed}.png`) }).catch(() => {});
      }
    }
  } catch (fault) {
    failed += 1;
    console.log(`FAIL  ${fault.stack}`);
  } finally {
    if (failed > 0) for (const [name, child] of Object.entries(world.children)) console.log(`--- ${name}\n${child.said}`);
    await browser?.close();
    await world.end();
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

await run();
