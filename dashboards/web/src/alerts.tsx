import type { JSX } from 'preact';
import { signal } from '@preact/signals';
import { endpoint, number, shortTime } from './format';
import { t } from './i18n';
import { Empty, regionName, Severity } from './parts';
import {
  alertList, alerts, alertsFault, alertsState, beat, load, loadOlder, older, olderLoading, open, otherKinds, pause, paused,
  period, region, severity, status, waitingCount,
} from './store';
import type { Alert, Status } from './types';
import { List } from './virtual';

export const alertCursor = signal<string | null>(null);

function Row({ alert: a }: { alert: Alert }): JSX.Element {
  return (
    <>
      <span class="time">{shortTime(a.timestamp)}</span>
      <Severity of={a.alert?.severity} />
      <span class="where">{regionName(a.region)}</span>
      <span class="signature" title={a.alert?.signature}>{a.alert?.signature ?? '–'}</span>
      <span class="end" title={a.src_asset?.name}><b>{endpoint(a.src_ip, a.src_port)}</b><small>{a.src_asset?.name}</small></span>
      <span class="arrow" aria-hidden="true">→</span>
      <span class="end" title={a.dest_asset?.name}><b>{endpoint(a.dest_ip, a.dest_port)}</b><small>{a.dest_asset?.name}</small></span>
      <span class="proto">{a.app_proto && a.app_proto !== 'failed' ? a.app_proto : a.proto}</span>
    </>
  );
}

/** What is known of why nothing comes. */
export function quietReasons(): string[] {
  if (beat.value && !beat.value.redis) return [t('whyBus')];
  if (beat.value && !beat.value.archive) return [t('whyArchive')];
  if (beat.value && beat.value.sensors_up === 0) return [t('whySensors')];
  return [t('whyQuiet')];
}

/** Elsewhere there may be something: of another kind, or before this period. */
export function wayOut(): { label: string; act: () => void }[] {
  const kinds = (Object.entries(otherKinds.value) as [Status, number][]).filter(([, n]) => n > 0).map(([kind, n]) => ({
    label: `${t('otherKind', { n: number(n), kind: t(kind) })} · ${t('show')}`,
    act: () => { status.value = kind; period.value = 'all'; },
  }));
  const wider = period.value === 'all' ? [] : [{ label: t('widen'), act: () => { period.value = 'all'; } }];
  return [...wider, ...kinds];
}

function Nothing(): JSX.Element {
  if (alertsState.value === 'loading') return <Empty title={t('loading')} reasons={[]} />;
  if (alertsState.value === 'failed')
    return <Empty title={t('failed', { why: alertsFault.value })} reasons={[t('whyArchive')]}
      actions={[{ label: t('retry'), act: () => { void load(); } }]} />;
  if (severity.value !== null && alerts.value.length > 0) return <Empty title={t('noSeverity')} reasons={[]} />;
  const where = region.value ? t('inRegion', { region: regionName(region.value) }) : '';
  return <Empty title={t('noAlerts', { period: t(period.value), where, kind: t(status.value) })} reasons={quietReasons()} actions={wayOut()} />;
}

function Foot(): JSX.Element {
  const last = older.value === null ? t('end') : olderLoading.value ? t('loading') : '';
  return (
    <footer class="foot">
      <span>{t('times', { n: number(alertList.value.length) })}</span>
      <span>{last}</span>
      {older.value !== null && !olderLoading.value
        && <button type="button" class="plain" onClick={() => { void loadOlder(); }}>{t('loadMore')}</button>}
    </footer>
  );
}

export function Alerts(): JSX.Element {
  const list = alertList.value;
  return (
    <section id="alerts" class="panel alerts" aria-labelledby="alerts-title" tabIndex={-1}>
      <div class="panel-head">
        <h2 id="alerts-title">{t('liveAlerts')}</h2>
        {region.value && (
          <button type="button" class="chip" title={t('clearRegion')} onClick={() => { region.value = null; }}>
            {regionName(region.value)}<span aria-hidden="true"> ×</span>
          </button>
        )}
        <span class="grow" />
        <span role="status" class="paused">{paused.value ? t('pausedNew', { n: number(waitingCount.value) }) : ''}</span>
        <button type="button" aria-pressed={paused.value} title="p" onClick={pause}>{paused.value ? t('resume') : t('pause')}</button>
      </div>
      <div class="columns alert-row" aria-hidden="true">
        <span>{t('time')}</span><span>{t('severity')}</span><span>{t('region')}</span><span>{t('rule')}</span>
        <span>{t('source')}</span><span /><span>{t('destination')}</span><span>{t('protocol')}</span>
      </div>
      {list.length === 0 ? <Nothing /> : (
        <List id="alert-list" label={t('liveAlerts')} items={list} height={40} keyOf={(a) => a.id}
          row={(a) => <Row alert={a} />} rowClass={(a) => `alert-row edge-${a.alert?.severity ?? 4}`}
          cursor={alertCursor.value} onCursor={(id) => { alertCursor.value = id; }}
          onOpen={(alert) => { open.value = { kind: 'alert', alert }; }}
          onEnd={() => { if (alertsState.value === 'done') void loadOlder(); }} />
      )}
      {list.length > 0 && <Foot />}
    </section>
  );
}
