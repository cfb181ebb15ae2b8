import type { JSX } from 'preact';
import { signal } from '@preact/signals';
import { number, shortTime } from './format';
import { either, t } from './i18n';
import { quietReasons, wayOut } from './alerts';
import { Empty, Level, regionName, sectorName, State } from './parts';
import { incidentList, incidentsFault, incidentsState, isOpen, load, open, openCount, region, status } from './store';
import type { Incident, Party } from './types';
import { List } from './virtual';

export const incidentCursor = signal<string | null>(null);

function partiesLine(parties: Party[] | undefined): string {
  const [one, ...rest] = parties ?? [];
  if (!one) return '–';
  return `${one.name || one.address || '–'}${rest.length > 0 ? ` +${rest.length}` : ''}`;
}

function Row({ incident: i }: { incident: Incident }): JSX.Element {
  const score = Math.max(0, Math.min(100, i.score ?? 0));
  return (
    <>
      <Level of={i.level} />
      <span class="story">
        <b title={either(i.title)}>{either(i.title) || i.id}</b>
        <small>{partiesLine(i.attackers)} → {partiesLine(i.victims)}</small>
      </span>
      <span class="place"><b>{regionName(i.region)}</b><small>{sectorName(i.sector)}</small></span>
      <span class="score"><b>{score.toFixed(0)}</b><i aria-hidden="true"><i style={{ width: `${score}%` }} /></i></span>
      <span class="amount"><b>{number(i.alert_count)}</b><small>{t('alerts')}</small></span>
      <span class="when"><State of={i.state} /><small>{shortTime(i.last)}</small></span>
    </>
  );
}

function Nothing(): JSX.Element {
  if (incidentsState.value === 'loading') return <Empty title={t('loading')} reasons={[]} />;
  if (incidentsState.value === 'failed')
    return <Empty title={t('failed', { why: incidentsFault.value })} reasons={[t('whyArchive')]}
      actions={[{ label: t('retry'), act: () => { void load(); } }]} />;
  const where = region.value ? t('inRegion', { region: regionName(region.value) }) : '';
  return <Empty title={t('noIncidents', { where, kind: t(status.value) })} reasons={quietReasons()}
    actions={wayOut().filter((way) => way.label !== t('widen'))} />;
}

export function Incidents(): JSX.Element {
  const list = incidentList.value;
  return (
    <section class="panel incidents" aria-labelledby="incidents-title">
      <div class="panel-head">
        <h2 id="incidents-title">{t('incidents')}</h2>
        <span class="dim">{t('openIncidents')} {number(openCount.value)} / {number(list.length)}</span>
      </div>
      {list.length === 0 ? <Nothing /> : (
        <List id="incident-list" label={t('incidents')} items={list} height={54} keyOf={(i) => i.id}
          row={(i) => <Row incident={i} />} rowClass={(i) => `incident-row edge-level-${i.level ?? 4} ${isOpen(i) ? '' : 'over'}`}
          cursor={incidentCursor.value} onCursor={(id) => { incidentCursor.value = id; }}
          onOpen={(i) => { open.value = { kind: 'incident', id: i.id }; }} />
      )}
    </section>
  );
}
