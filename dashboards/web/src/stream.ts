// The live stream. Events are gathered for a moment before the page is told: a burst of thousands is one repaint.
import { batch } from '@preact/signals';
import { arrived, beat, beatAt, keepIncident, link, load, notice } from './store';
import { t } from './i18n';
import type { Alert, Beat, Incident } from './types';

const GATHER_MS = 200;

function parse<T>(event: Event): T | null {
  try {
    return JSON.parse((event as MessageEvent<string>).data) as T;
  } catch {
    return null;
  }
}

export function follow(): void {
  let alerts: Alert[] = [];
  let incidents: Incident[] = [];
  let due = 0;
  const flush = () => {
    due = 0;
    const [a, i] = [alerts, incidents];
    alerts = [];
    incidents = [];
    batch(() => {
      i.forEach(keepIncident);
      arrived(a);
    });
  };
  const soon = () => { if (due === 0) due = window.setTimeout(flush, GATHER_MS); };

  let source: EventSource;
  const connect = () => {
    source = new EventSource('/api/v1/stream?recent=200');
    source.addEventListener('alert', (event) => {
      const alert = parse<Alert>(event);
      if (alert) { alerts.push(alert); soon(); }
    });
    source.addEventListener('incident', (event) => {
      const incident = parse<{ incident: Incident }>(event)?.incident;
      if (incident) { incidents.push(incident); soon(); }
    });
    source.addEventListener('beat', (event) => {
      batch(() => { beat.value = parse<Beat>(event); beatAt.value = Date.now(); link.value = 'live'; });
    });
    source.addEventListener('gap', () => { notice.value = t('gap'); void load(); });
    source.addEventListener('open', () => { link.value = 'live'; });
    source.addEventListener('error', () => {
      link.value = 'reconnecting';
      if (source.readyState === EventSource.CLOSED) window.setTimeout(connect, 3000);      // refused: the browser would not try again
    });
  };
  connect();
}
