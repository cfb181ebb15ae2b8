// Every word the page says, in both languages, side by side so that neither is forgotten.
import { computed, signal } from '@preact/signals';
import type { Lang } from './types';

const words = {
  console: ['态势控制台', 'Console'],
  skip: ['跳到告警列表', 'Skip to the alerts'],
  alerts: ['告警', 'Alerts'], incidents: ['事件', 'Incidents'], sensors: ['探针', 'Sensors'],
  openIncidents: ['未结事件', 'Open incidents'], sensorsUp: ['在线探针', 'Sensors up'], dataAge: ['数据时延', 'Data age'],
  liveAlerts: ['实时告警', 'Live alerts'], regionMap: ['地区态势', 'Regions'],
  period: ['时段', 'Period'], today: ['今日', 'Today'], week: ['近 7 天', '7 days'], month: ['近 30 天', '30 days'], all: ['全部', 'All'],
  status: ['性质', 'Kind'], actual: ['实际', 'Actual'], exercise: ['演练', 'Exercise'], test: ['测试', 'Test'],
  exerciseBand: ['演练数据：不计入实际统计', 'Exercise data: not part of actual statistics'],
  testBand: ['测试数据：不计入实际统计', 'Test data: not part of actual statistics'],
  severity1: ['高', 'High'], severity2: ['中', 'Medium'], severity3: ['低', 'Low'], severity4: ['提示', 'Info'],
  level1: ['特别重大', 'Extraordinary'], level2: ['重大', 'Major'], level3: ['较大', 'Serious'], level4: ['一般', 'General'],
  state_new: ['新建', 'New'], state_triaged: ['已研判', 'Triaged'], state_confirmed: ['已确认', 'Confirmed'],
  state_false_positive: ['误报', 'False positive'], state_benign: ['无害', 'Benign'], state_handling: ['处置中', 'Handling'],
  state_contained: ['已控制', 'Contained'], state_closed: ['已关闭', 'Closed'], state_reopened: ['重新打开', 'Reopened'],
  pause: ['暂停', 'Pause'], resume: ['继续', 'Resume'], pausedNew: ['暂停中，新到 {n} 条', 'Paused, {n} new'],
  live: ['实时', 'Live'], connecting: ['连接中', 'Connecting'], reconnecting: ['连接中断，正在重连', 'Connection lost, trying again'],
  busAway: ['消息总线未连接', 'Message bus away'], archiveAway: ['归档不可用', 'Archive away'],
  language: ['语言', 'Language'], help: ['快捷键', 'Keys'], close: ['关闭', 'Close'], back: ['返回', 'Back'],
  time: ['时间', 'Time'], severity: ['级别', 'Severity'], region: ['地区', 'Region'], rule: ['规则', 'Rule'], source: ['源', 'Source'],
  destination: ['目的', 'Destination'], protocol: ['协议', 'Protocol'], level: ['等级', 'Level'], title: ['标题', 'Title'],
  state: ['状态', 'State'], score: ['分值', 'Score'], count: ['次数', 'Count'], last: ['最近', 'Last'], first: ['首次', 'First'],
  sector: ['行业', 'Sector'], unit: ['单位', 'Unit'], asset: ['资产', 'Asset'], sensor: ['探针', 'Sensor'], category: ['类别', 'Category'], gbCategory: ['GB/T 20986', 'GB/T 20986'],
  allRegions: ['全部地区', 'All regions'], clearRegion: ['取消地区筛选', 'Clear the region'], filterRegion: ['按地区筛选', 'Filter by region'],
  byIncidents: ['按未结事件', 'Open incidents'], byAlerts: ['按告警', 'Alerts'], fewer: ['少', 'fewer'], more: ['多', 'more'],
  mapAbout: ['地区地图，数值见左下列表；选择地区也可用上方下拉框', 'Map of the regions; the list below holds its figures and the box above selects a region'],
  victims: ['受害方', 'Victims'], attackers: ['攻击方', 'Attackers'], stages: ['攻击阶段', 'Stages'], joins: ['为何合并', 'Why these belong together'],
  parts: ['并入本事件的事件', 'Incidents that became part of this one'], partOf: ['已并入：{name}', 'Became part of: {name}'],
  partNote: ['不单独计数，其告警计入该事件', 'Not counted by itself; its alerts count there'],
  rules: ['命中规则', 'Rules'], scoreParts: ['分值构成', 'What the score is made of'],
  part_severity: ['威胁', 'Severity'], part_asset: ['资产', 'Asset'], part_spread: ['阶段跨度', 'Spread'], part_confidence: ['置信', 'Confidence'],
  parties: ['各方', 'Parties'], facts: ['概况', 'Facts'], raw: ['原始记录', 'The event as it is'], metadata: ['规则元数据', 'Rule metadata'],
  why: ['判断依据', 'Why'], flow: ['流量', 'Flow so far'], flowSides: ['去 {a} 包 {b} 字节 / 回 {c} 包 {d} 字节', '{a} packets, {b} bytes out; {c} packets, {d} bytes back'],
  payload: ['载荷摘录', 'Payload excerpt'], evidence: ['取证报文', 'Evidence'], packets: ['{n} 个报文', '{n} packets'],
  mlps: ['等保', 'MLPS'], cii: ['关基', 'CII'], owner: ['负责人', 'Owner'], nobody: ['未指派', 'nobody'], version: ['版本', 'Version'],
  sector_finance: ['金融', 'Finance'], sector_energy: ['能源', 'Energy'], sector_water: ['水利', 'Water'], sector_power: ['电力', 'Power'],
  sector_telecom: ['通信', 'Telecom'], sector_broadcasting: ['广电', 'Broadcasting'], sector_transport: ['交通', 'Transport'],
  sector_geoinfo: ['地理信息', 'Geographic information'], sector_industry: ['工业', 'Industry'], sector_fiscal: ['财税', 'Fiscal and tax'],
  showAll: ['显示全部 {n} 条', 'Show all {n}'],
  loading: ['载入中…', 'Loading…'], loadMore: ['载入更多', 'Load more'], end: ['已到最早一条', 'That is all'], retry: ['重试', 'Try again'],
  failed: ['载入失败：{why}', 'Could not load: {why}'],
  noAlerts: ['{period}{where}没有{kind}告警', 'No {kind} alerts {where}in this period ({period})'],
  noIncidents: ['{where}没有{kind}事件', 'No {kind} incidents {where}'],
  noSensors: ['没有探针上报心跳。探针是否已启动并连到消息总线？', 'No sensor has sent a heartbeat. Are they running, and connected to the bus?'],
  noSeverity: ['所选级别没有告警', 'No alerts of the severity chosen'],
  noParties: ['未登记', 'none known'], noJoins: ['只有一组告警，没有合并', 'One group of alerts; nothing was joined'], noStages: ['规则未标注阶段', 'The rules name no stage'],
  noAlertsHere: ['归档中还没有该事件的告警', 'The archive holds no alert of this incident yet'],
  whyBus: ['消息总线未连接，实时数据暂停；列表来自归档。', 'The message bus is away, so nothing arrives live; the list is from the archive.'],
  whyArchive: ['归档不可用：只显示实时到达的数据。', 'The archive is away: only what arrives live is shown.'],
  whySensors: ['没有在线探针，因此不会有新告警。', 'No sensor is up, so nothing new can arrive.'],
  whyQuiet: ['探针在线，等待告警。', 'Sensors are up and watching.'],
  inRegion: ['{region}', 'in {region} '], otherKind: ['有 {n} 条{kind}数据', 'there are {n} {kind} events'], show: ['显示', 'Show'],
  widen: ['显示全部时段', 'Show all periods'],
  silent: ['无心跳', 'silent'], replayed: ['回放完毕', 'replayed'], up: ['在线', 'up'], seen: ['最近心跳', 'last heard'],
  gap: ['重连期间可能漏收，已重新载入', 'Some may have been missed while away; loaded anew'],
  keyMove: ['上下移动', 'Move down and up'], keyOpen: ['打开', 'Open'], keyClose: ['关闭；再按取消筛选', 'Close; again: clear the filters'],
  keyLists: ['到事件 / 告警列表', 'To incidents / alerts'], keyPause: ['暂停或继续', 'Pause or resume'], keyLang: ['切换语言', 'Switch language'], keyHelp: ['本帮助', 'This list'],
  mapNote: ['示意图；公开展示须使用经审核的地图', 'A sketch; public display needs a reviewed map'],
  seconds: ['{n} 秒', '{n} s'], minutes: ['{n} 分', '{n} min'], hours: ['{n} 时', '{n} h'], times: ['{n} 条', '{n}'],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof words;

function remembered(): Lang {
  const asked = new URLSearchParams(location.search).get('lang') ?? localStorage.getItem('lang');
  if (asked === 'zh' || asked === 'en') return asked;
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}

export const lang = signal<Lang>(remembered());
const column = computed(() => (lang.value === 'zh' ? 0 : 1));

export function t(word: Word, values: Record<string, string | number> = {}): string {
  return words[word][column.value].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

/** A word made of a prefix and data; the data itself when we have no word for it. */
export function named(prefix: string, value: string | number | undefined): string {
  const word = `${prefix}${value ?? ''}`;
  return word in words ? t(word as Word) : String(value ?? '');
}

export function setLang(to: Lang): void {
  lang.value = to;
  localStorage.setItem('lang', to);
  document.documentElement.lang = to === 'zh' ? 'zh-CN' : 'en';
}

/** The right one of a pair that data brings; the other when it is missing. */
export function either(pair: { zh?: string; en?: string } | undefined): string {
  return (lang.value === 'zh' ? pair?.zh || pair?.en : pair?.en || pair?.zh) ?? '';
}
