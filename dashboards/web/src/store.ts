// All that the page knows: what is looked at, what has been loaded, and how the connections stand.
import { batch, computed, effect, signal, untracked } from '@preact/signals';
import { get, type Query } from './api';
import { parseTime } from './format';
import { setLang, lang } from './i18n';
import type { Alert, Beat, Count, Incident, Region, Sensor, Status } from './types';

export type Period = 'today' | 'week' | 'month' | 'all';
export type Metric = 'incidents' | 'alerts';
export type Loading = 'loading' | 'done' | 'failed';
export type Open = { kind: 'incident'; id: string } | { kind: 'alert'; alert: Alert; from?: string };

const HELD_MAX = 5000;          // alerts in the list; older ones are a page away in the archive
const PAGE = 200;
const LEFT_OUT_MAX = 20;        // incidents asked for one by one when the list is loaded anew

// ---- what is looked at ----
const asked = new URLSearchParams(location.search);
const statuses: Status[] = ['actual', 'exercise', 'test'];
const periods: Period[] = ['today', 'week', 'month', 'all'];
export const status = signal<Status>(statuses.find((s) => s === asked.get('status')) ?? 'actual');
export const period = signal<Period>(periods.find((p) => p === asked.get('period')) ?? 'today');
export const region = signal<string | null>(asked.get('region'));
export const severity = signal<number | null>(null);
export const metric = signal<Metric>('incidents');
export const paused = signal(false);
export const open = signal<Open | null>(null);
export const helping = signal(false);

// ---- what is known ----
export const alerts = signal<Alert[]>([]);              // newest first
export const waiting = signal<Alert[]>([]);             // came while paused, newest first
export const waitingCount = signal(0);
export const incidents = signal<ReadonlyMap<string, Incident>>(new Map());
export const severities = signal<Record<string, number>>({});
export const alertsByRegion = signal<Record<string, number>>({});
export const otherKinds = signal<Partial<Record<Status, number>>>({});
export const sensors = signal<Sensor[]>([]);
export const regions = signal<ReadonlyMap<string, Region>>(new Map());
export const alertsState = signal<Loading>('loading');
export const incidentsState = signal<Loading>('loading');
export const alertsFault = signal('');
export const incidentsFault = signal('');
export const older = signal<string | null>(null);       // cursor of the page before
export const olderLoading = signal(false);
export const notice = signal('');

// ---- connections ----
export const link = signal<'connecting' | 'live' | 'reconnecting'>('connecting');
export const beat = signal<Beat | null>(null);
export const beatAt = signal(0);
export const now = signal(Date.now());
setInterval(() => { now.value = Date.now(); }, 1000);

export const dataAge = computed(() => (beatAt.value === 0 ? null : Math.max(0, (now.value - beatAt.value) / 1000)));

// ---- rules of the lists ----
const closedStates = new Set(['closed', 'false_positive', 'benign']);
export const isOpen = (i: Incident) => !closedStates.has(i.state ?? 'new');

/** A prefecture's code stands for its counties as well: GB/T 2260 codes nest by their first digits. */
export function within(code: string | undefined, chosen: string | null): boolean {
  if (chosen === null) return true;
  return (code ?? '').startsWith(chosen.replace(/(00)+$/, ''));
}

export function prefectureOf(code: string | undefined): string {
  return code && code.length >= 4 ? `${code.slice(0, 4)}00` : '';
}

const ofStatus = (event: { status?: Status }) => (event.status ?? 'actual') === status.value;

export function since(): Date | null {
  if (period.value === 'all') return null;
  const start = new Date();
  start.setHours(0, 0, 0, 0);
  start.setDate(start.getDate() - (period.value === 'week' ? 6 : period.value === 'month' ? 29 : 0));
  return start;
}

function inPeriod(alert: Alert): boolean {
  const start = since();
  return start === null || timeOf(alert) >= start.getTime();
}

/** Became part of another that is here: the list shows and counts the whole alone. */
const isPart = (i: Incident) => i.merged_into !== undefined && incidents.value.has(i.merged_into);

/** Open ones first, then by level (1 is the gravest), score and time. */
export const incidentList = computed(() =>
  [...incidents.value.values()]
    .filter((i) => ofStatus(i) && within(i.region, region.value) && !isPart(i))
    .sort((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || (a.level ?? 9) - (b.level ?? 9)
      || (b.score ?? 0) - (a.score ?? 0) || (parseTime(b.last)?.getTime() ?? 0) - (parseTime(a.last)?.getTime() ?? 0)));

export const openCount = computed(() => incidentList.value.filter(isOpen).length);

export const openByRegion = computed(() => {
  const found: Record<string, number> = {};
  for (const i of incidents.value.values())
    if (ofStatus(i) && isOpen(i) && !isPart(i)) found[prefectureOf(i.region)] = (found[prefectureOf(i.region)] ?? 0) + 1;
  return found;
});

export const alertList = computed(() =>
  severity.value === null ? alerts.value : alerts.value.filter((a) => a.alert?.severity === severity.value));

// ---- loading ----
function filter(): Query {
  const start = since();
  return { status: status.value, region: region.value?.replace(/(00)+$/, ''), from: start?.toISOString() };
}

const sentence = (fault: unknown) => (fault instanceof Error ? fault.message : String(fault));

const times = new WeakMap<Alert, number>();
function timeOf(alert: Alert): number {
  let time = times.get(alert);
  if (time === undefined) times.set(alert, time = parseTime(alert.timestamp)?.getTime() ?? 0);
  return time;
}

function merge(...lists: Alert[][]): Alert[] {
  const seen = new Map<string, Alert>();
  for (const list of lists) for (const alert of list) if (!seen.has(alert.id)) seen.set(alert.id, alert);
  return [...seen.values()].sort((a, b) => timeOf(b) - timeOf(a));
}

let asking: AbortController | null = null;

/** Loads everything for what is looked at now. What arrives live meanwhile is kept. */
export async function load(): Promise<void> {
  asking?.abort();
  asking = new AbortController();
  const { signal: stop } = asking;
  batch(() => {
    alertsState.value = incidentsState.value = 'loading';
    alerts.value = alerts.value.filter(fits);
    waiting.value = [];
    waitingCount.value = 0;
  });
  await Promise.all([loadAlerts(stop), loadIncidents(stop), loadCounts(stop), loadSensors()]);
}

async function loadAlerts(stop: AbortSignal): Promise<void> {
  try {
    const page = await get<{ alerts: Alert[]; next: string | null }>('/api/v1/alerts',
      { ...filter(), limit: PAGE, severity_most: severity.value ?? undefined }, stop);
    batch(() => {
      alerts.value = merge(alerts.value, page.alerts);
      older.value = page.next;
      alertsState.value = 'done';
    });
  } catch (fault) {
    if (stop.aborted) return;
    batch(() => { alertsFault.value = sentence(fault); alertsState.value = 'failed'; });
  }
}

/** Open ones that we hold and the page leaves out may have become parts while the stream was away. */
async function askLeftOut(page: Incident[], stop: AbortSignal): Promise<void> {
  const listed = new Set(page.map((i) => i.id));
  const left = [...incidents.value.values()].filter((i) => ofStatus(i) && isOpen(i) && !isPart(i) && !listed.has(i.id));
  for (const { id } of left.slice(-LEFT_OUT_MAX)) {
    const found = await get<{ incidents: { incident: Incident }[] }>('/api/v1/incidents', { id, limit: 1 }, stop);
    keepIncident(found.incidents[0]?.incident);
  }
}

async function loadIncidents(stop: AbortSignal): Promise<void> {
  try {
    const page = await get<{ incidents: { incident: Incident }[] }>('/api/v1/incidents', { status: status.value, limit: 500 }, stop);
    batch(() => {
      for (const event of page.incidents) keepIncident(event.incident);
      incidentsState.value = 'done';
    });
    await askLeftOut(page.incidents.map((event) => event.incident), stop);
  } catch (fault) {
    if (stop.aborted) return;
    batch(() => { incidentsFault.value = sentence(fault); incidentsState.value = 'failed'; });
  }
}

const table = (counts: Count[]) => Object.fromEntries(counts.map(({ key, count }) => [key, count]));

async function count(by: string, query: Query, stop?: AbortSignal): Promise<Record<string, number>> {
  return table((await get<{ counts: Count[] }>('/api/v1/counts', { event_type: 'alert', by, limit: 500, ...query }, stop)).counts);
}

const total = (counts: Record<string, number>) => Object.values(counts).reduce((sum, n) => sum + n, 0);

async function loadCounts(stop?: AbortSignal): Promise<void> {
  try {
    const here = filter();
    const [bySeverity, byRegion] = await Promise.all([
      count('severity', here, stop), count('region', { ...here, region: undefined }, stop)]);
    const prefectures: Record<string, number> = {};
    for (const [code, n] of Object.entries(byRegion)) prefectures[prefectureOf(code)] = (prefectures[prefectureOf(code)] ?? 0) + n;
    batch(() => { severities.value = bySeverity; alertsByRegion.value = prefectures; });
    if (total(bySeverity) === 0) await lookElsewhere(stop);
  } catch { /* the lists say what is wrong; the figures stay as they were, and their age shows */ }
}

/** An empty page says why: are there events of another kind? */
async function lookElsewhere(stop?: AbortSignal): Promise<void> {
  const found = await count('status', {}, stop);
  otherKinds.value = Object.fromEntries(statuses.filter((s) => s !== status.value).map((s) => [s, found[s] ?? 0]));
}

async function loadSensors(): Promise<void> {
  try {
    sensors.value = (await get<{ sensors: Sensor[] }>('/api/v1/sensors')).sensors;
  } catch { /* the next look will do */ }
}

export async function loadOlder(): Promise<void> {
  if (older.value === null || olderLoading.value) return;
  olderLoading.value = true;
  try {
    const page = await get<{ alerts: Alert[]; next: string | null }>('/api/v1/alerts',
      { ...filter(), limit: PAGE, severity_most: severity.value ?? undefined, before: older.value });
    batch(() => { alerts.value = merge(alerts.value, page.alerts); older.value = page.next; });
  } catch (fault) {
    notice.value = sentence(fault);
  } finally {
    olderLoading.value = false;
  }
}

async function loadRegions(): Promise<void> {
  const { regions: rows } = await get<{ regions: Region[] }>('/api/v1/regions');
  regions.value = new Map(rows.map((row) => [row.code, row]));
}

/** At the first visit: the kind and the period that have something to show, so that a drill is not an empty page. */
async function choose(): Promise<void> {
  if (asked.has('status') || asked.has('period')) return;
  for (const span of ['today', 'all'] as Period[]) {
    period.value = span;
    const found = await count('status', { from: since()?.toISOString() });
    const kind = statuses.find((s) => (found[s] ?? 0) > 0);
    if (kind !== undefined) {
      status.value = kind;
      return;
    }
  }
  period.value = 'today';
}

// ---- live ----
function fits(alert: Alert): boolean {
  return ofStatus(alert) && within(alert.region, region.value) && inPeriod(alert);
}

export function keepIncident(incident: Incident | undefined): void {
  if (!incident?.id) return;
  const have = incidents.value.get(incident.id);
  if (have && have.version >= incident.version) return;
  incidents.value = new Map(incidents.value).set(incident.id, incident);
}

/** One that the list may not hold: a part, or its whole. */
export async function openIncident(id: string): Promise<void> {
  try {
    if (!incidents.value.has(id)) {
      const { incident } = await get<{ incident: { incident: Incident } }>(`/api/v1/incidents/${encodeURIComponent(id)}`, { limit: 1 });
      keepIncident(incident.incident);
    }
    open.value = { kind: 'incident', id };
  } catch (fault) {
    notice.value = sentence(fault);
  }
}

/** What came in one go; newest last, as it came. */
export function arrived(fresh: Alert[]): void {
  const mine = fresh.filter((alert) => alert?.id && fits(alert));
  if (mine.length > 0) {
    if (paused.value) {
      const known = new Set([...alerts.value, ...waiting.value].map((a) => a.id));
      const added = mine.filter((a) => !known.has(a.id));
      waiting.value = merge(added, waiting.value).slice(0, HELD_MAX);
      waitingCount.value += added.length;
    } else {
      alerts.value = merge(mine, alerts.value).slice(0, HELD_MAX);
    }
  }
  countSoon();
}

let counting = 0;
/** The figures are the archive's own, asked again a moment after something came: so they always add up. */
export function countSoon(): void {
  if (counting !== 0) return;
  counting = window.setTimeout(() => { counting = 0; void loadCounts(); }, 2000);
}

export function resume(): void {
  batch(() => {
    alerts.value = merge(waiting.value, alerts.value).slice(0, HELD_MAX);
    waiting.value = [];
    waitingCount.value = 0;
    paused.value = false;
  });
}

export function pause(): void {
  if (paused.value) resume(); else paused.value = true;
}

export async function start(): Promise<void> {
  setLang(lang.value);
  await Promise.allSettled([loadRegions(), choose()]);
  effect(() => {
    void [status.value, period.value, region.value, severity.value];
    untracked(() => { void load(); });
  });
  setInterval(() => { void loadSensors(); }, 10000);
  setInterval(() => { void loadCounts(); }, 30000);
}
