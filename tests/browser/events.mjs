// Events as the sensor and the correlator write them (lib/events/), made from a few facts.
const EPOCH = 1763700000000000n;
let sequence = 0;

const units = [
  { region: '430100', prefix: '10.1.10', name: '税务门户', unit: '星城税务局', sector: '财税', mlps: 3 },
  { region: '430100', prefix: '10.1.20', name: '核心柜面', unit: '星城银行', sector: '金融', mlps: 3 },
  { region: '430600', prefix: '10.6.40', name: '调度主站', unit: '岳阳变电站', sector: '电力', mlps: 4 },
  { region: '430400', prefix: '10.4.50', name: '净水控制器', unit: '衡阳水厂', sector: '水利', mlps: 3 },
  { region: '431200', prefix: '10.12.8', name: '公交调度', unit: '怀化公交', sector: '交通', mlps: 2 },
];

const rules = [
  { sid: 9100001, signature: 'FENGSUI SCAN many ports of one host', severity: 3, category: 'Attempted Information Leak', tactic: 'TA0043', app: undefined, port: 443 },
  { sid: 9200004, signature: 'FENGSUI WEB SQL injection, UNION SELECT in the query', severity: 1, category: 'Web Application Attack', tactic: 'TA0001', app: 'http', port: 80 },
  { sid: 9300002, signature: 'FENGSUI DNS long labels to one domain: a tunnel?', severity: 2, category: 'Potentially Bad Traffic', tactic: 'TA0011', app: 'dns', port: 53 },
  { sid: 9400003, signature: 'FENGSUI OT Modbus write from a host that only read before', severity: 1, category: 'Attempted Administrator Privilege Gain', tactic: 'TA0106', app: 'modbus', port: 502 },
  { sid: 9500001, signature: 'FENGSUI TLS certificate expired', severity: 4, category: 'Misc activity', tactic: 'TA0011', app: 'tls', port: 443 },
];

/** RFC 3339 with microseconds and an offset without colon, as EVE has it. */
export function stamp(ms) {
  return `${new Date(ms + 8 * 3600e3).toISOString().slice(0, -1)}000+0800`;
}

export function alert(n, ms, more = {}) {
  const unit = units[n % units.length];
  const rule = rules[(n * 7 + Math.floor(n / units.length)) % rules.length];
  sequence += 1;
  return {
    id: `sensor-${unit.region}:${EPOCH}:${sequence}`, timestamp: stamp(ms), event_type: 'alert',
    sensor: `sensor-${unit.region}`, region: unit.region, status: 'actual', in_iface: 'tap0',
    flow_id: 4200000 + n, community_id: '1:hO+sN4H+MG5MY/8hIrXPqc4ZQz0=',
    src_ip: `203.0.113.${10 + (n % 40)}`, src_port: 40000 + n, dest_ip: `${unit.prefix}.${1 + (n % 200)}`, dest_port: rule.port,
    proto: rule.app === 'dns' ? 'UDP' : 'TCP', ...(rule.app ? { app_proto: rule.app } : {}),
    ndpi: { protocol: (rule.app ?? 'unknown').toUpperCase(), category: 'Web', confidence: 'DPI' },
    src_geo: { country: 'ZZ' },
    dest_asset: { name: unit.name, unit: unit.unit, sector: unit.sector, region: unit.region, mlps_level: unit.mlps, cii: true },
    alert: { action: 'allowed', gid: 1, signature_id: rule.sid, rev: 1, signature: rule.signature, category: rule.category,
             severity: rule.severity, metadata: { mitre_tactic_id: [rule.tactic] } },
    ...more,
  };
}

export function incident(number, version, alerts, level, titles, more = {}) {
  const [first, last] = [alerts[0], alerts[alerts.length - 1]];
  const counted = new Map();
  for (const a of alerts) counted.set(a.alert.signature_id, [...(counted.get(a.alert.signature_id) ?? []), a]);
  const id = `I-${first.region}-20261121-${String(number).padStart(4, '0')}`;
  const asset = first.dest_asset;
  const body = {
    id, version, title: titles, region: first.region, sector: asset.sector, status: first.status, state: 'new', level, category: '02006',
    first: first.timestamp, last: last.timestamp, detected_at: last.timestamp, alert_count: alerts.length,
    score: 96 - 17 * level, score_parts: { severity: 0.9, asset: 0.8, spread: 0.5, confidence: 0.75 }, owner: '',
    victims: [{ address: first.dest_ip, name: asset.name, unit: asset.unit, sector: asset.sector, region: asset.region, country: '' }],
    attackers: [...new Set(alerts.map((a) => a.src_ip))].slice(0, 3).map((address) => ({ address, name: '', unit: '', sector: '', region: '', country: 'ZZ' })),
    rules: [...counted.values()].map((group) => ({ gid: 1, sid: group[0].alert.signature_id, signature: group[0].alert.signature,
                                                   count: group.length, severity: group[0].alert.severity })),
    tactics: [...new Set(alerts.map((a) => a.alert.metadata.mitre_tactic_id[0]))],
    joins: [{ time: last.timestamp, reason: { zh: '同一攻击方十分钟后进入下一阶段：发现 → 破坏过程控制', en: 'the same attacker ten minutes later, next stage: discovery → impair process control' } }],
    alert_ids: alerts.map((a) => a.id),
    ...more,
  };
  return { id: `${id}:${version}`, timestamp: last.timestamp, event_type: 'incident', region: first.region, status: first.status, incident: body };
}
