// The story of one incident, or one alert, beside the lists. It does not block them: j and k go on underneath.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { get } from './api';
import { tactic } from './attack';
import { endpoint, fullTime, number, shortTime } from './format';
import { either, named, t } from './i18n';
import { assetLine, Level, regionName, sectorName, Severity, State } from './parts';
import { incidents, keepIncident, open, openIncident } from './store';
import type { Alert, Incident, PartLine, Party } from './types';

function Facts({ rows }: { rows: [string, ComponentChildren][] }): JSX.Element {
  return (
    <dl class="facts">
      {rows.filter(([, value]) => value !== '' && value !== undefined && value !== null)
        .map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
    </dl>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return <section class="part"><h3>{title}</h3>{children}</section>;
}

// ---- incident ----

function Parties({ title, list }: { title: string; list: Party[] | undefined }): JSX.Element {
  return (
    <div class="parties">
      <h4>{title}</h4>
      {(list ?? []).length === 0 ? <p class="dim">{t('noParties')}</p> : (
        <ul>
          {list!.map((p, n) => (
            <li key={n}>
              <b>{p.name || p.address}</b>{p.name && <code>{p.address}</code>}
              <small>{[p.unit, sectorName(p.sector), regionName(p.region), p.country].filter(Boolean).join(' · ')}</small>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function Score({ incident: i }: { incident: Incident }): JSX.Element {
  return (
    <div class="score-parts">
      <strong>{(i.score ?? 0).toFixed(1)}</strong>
      <ul>
        {Object.entries(i.score_parts ?? {}).map(([name, value]) => (
          <li key={name}><span>{named('part_', name)}</span>
            <i aria-hidden="true"><i style={{ width: `${Math.max(0, Math.min(1, value > 1 ? value / 100 : value)) * 100}%` }} /></i>
            <b>{value.toFixed(2)}</b></li>
        ))}
      </ul>
    </div>
  );
}

const JOINS_SHOWN = 8;

function Joins({ incident: i }: { incident: Incident }): JSX.Element {
  const [all, setAll] = useState(false);
  const joins = i.joins ?? [];
  useEffect(() => setAll(false), [i.id]);
  if (joins.length === 0) return <p class="dim">{t('noJoins')}</p>;
  return (
    <>
      <ol class="joins">
        {joins.slice(0, all ? undefined : JOINS_SHOWN)
          .map((join, n) => <li key={n}><time>{shortTime(join.time)}</time><span>{either(join.reason)}</span></li>)}
      </ol>
      {!all && joins.length > JOINS_SHOWN
        && <button type="button" onClick={() => setAll(true)}>{t('showAll', { n: number(joins.length) })}</button>}
    </>
  );
}

function Rules({ incident: i }: { incident: Incident }): JSX.Element {
  return (
    <table class="rules">
      <thead><tr><th scope="col">{t('severity')}</th><th scope="col">{t('rule')}</th><th scope="col">SID</th><th scope="col">{t('count')}</th></tr></thead>
      <tbody>
        {(i.rules ?? []).map((rule, n) => (
          <tr key={n}><td><Severity of={rule.severity} /></td><td>{rule.signature}</td><td><code>{rule.sid}</code></td><td>{number(rule.count)}</td></tr>
        ))}
      </tbody>
    </table>
  );
}

interface Page { alerts: Alert[]; parts: PartLine[]; next: string | null }
interface Held { page: Page | null; fault: string; more: () => void }

/** What the archive holds of an incident, asked for again when it grows. */
function useHeld({ id, version }: Incident): Held {
  const [held, setHeld] = useState<{ id: string; page: Page | null; fault: string }>({ id, page: null, fault: '' });
  const mine = held.id === id ? held : { id, page: null, fault: '' };
  const asked = useRef(id);
  asked.current = id;
  const ask = async (before?: string, have: Alert[] = []) => {
    let found: typeof held;
    try {
      const got = await get<Page & { incident: { incident: Incident } }>(`/api/v1/incidents/${encodeURIComponent(id)}`, { before, limit: 50 });
      keepIncident(got.incident?.incident);
      found = { id, page: { ...got, alerts: [...have, ...got.alerts] }, fault: '' };
    } catch (why) {
      found = { id, page: null, fault: why instanceof Error ? why.message : String(why) };
    }
    if (asked.current === id) setHeld(found);       // another may have been opened meanwhile
  };
  useEffect(() => { void ask(); }, [id, version]);
  return { ...mine, more: () => { void ask(mine.page?.next ?? undefined, mine.page?.alerts); } };
}

function Parts({ list }: { list: PartLine[] }): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <Part title={t('parts')}>
      <ul class="merged">
        {list.map((p) => (
          <li key={p.id}>
            <button type="button" onClick={() => { void openIncident(p.id); }}>
              <time>{shortTime(p.first)}</time><Level of={p.level} /><span>{either(p.title) || p.id}</span>
              <small>{p.id} · {t('alerts')} {number(p.alert_count)}</small>
            </button>
          </li>
        ))}
      </ul>
    </Part>
  );
}

function PartOf({ whole }: { whole: string }): JSX.Element {
  return (
    <p class="part-of">
      <button type="button" onClick={() => { void openIncident(whole); }}>{t('partOf', { name: either(incidents.value.get(whole)?.title) || whole })}</button>
      <small>{t('partNote')}</small>
    </p>
  );
}

function AlertsOf({ id, held: { page, fault, more } }: { id: string; held: Held }): JSX.Element {
  if (fault) return <p class="dim">{t('failed', { why: fault })}</p>;
  if (!page) return <p class="dim">{t('loading')}</p>;
  if (page.alerts.length === 0) return <p class="dim">{t('noAlertsHere')}</p>;
  return (
    <>
      <ul class="alerts-of">
        {page.alerts.map((a) => (
          <li key={a.id}>
            <button type="button" onClick={() => { open.value = { kind: 'alert', alert: a, from: id }; }}>
              <time>{shortTime(a.timestamp)}</time><Severity of={a.alert?.severity} />
              <span>{a.alert?.signature}</span><small>{endpoint(a.src_ip, a.src_port)} → {endpoint(a.dest_ip, a.dest_port)}</small>
            </button>
          </li>
        ))}
      </ul>
      {page.next && <button type="button" onClick={more}>{t('loadMore')}</button>}
    </>
  );
}

function IncidentStory({ incident: i }: { incident: Incident }): JSX.Element {
  const held = useHeld(i);
  return (
    <>
      <p class="badges"><Level of={i.level} /><State of={i.state} />{i.status && i.status !== 'actual' && <span class="kind">{t(i.status)}</span>}<code>{i.id}</code></p>
      {i.merged_into && <PartOf whole={i.merged_into} />}
      <Part title={t('facts')}>
        <Facts rows={[
          [t('region'), regionName(i.region)], [t('sector'), sectorName(i.sector)], [t('first'), fullTime(i.first)], [t('last'), fullTime(i.last)],
          [t('alerts'), number(i.alert_count)], [t('gbCategory'), i.category], [t('owner'), i.owner || t('nobody')], [t('version'), number(i.version)],
        ]} />
      </Part>
      <Part title={t('parties')}>
        <div class="sides"><Parties title={t('attackers')} list={i.attackers} /><Parties title={t('victims')} list={i.victims} /></div>
      </Part>
      <Part title={t('stages')}>
        {(i.tactics ?? []).length === 0 ? <p class="dim">{t('noStages')}</p>
          : <ol class="stages">{i.tactics!.map((id) => <li key={id}><b>{tactic(id)}</b><code>{id}</code></li>)}</ol>}
      </Part>
      <Part title={t('joins')}><Joins incident={i} /></Part>
      <Parts list={held.page?.parts ?? []} />
      <Part title={t('scoreParts')}><Score incident={i} /></Part>
      <Part title={t('rules')}><Rules incident={i} /></Part>
      <Part title={t('alerts')}><AlertsOf id={i.id} held={held} /></Part>
    </>
  );
}

// ---- alert ----

function Side({ title, address, port, asset, country }: {
  title: string; address?: string; port?: number; asset: string; country?: string;
}): JSX.Element {
  return <div class="parties"><h4>{title}</h4><p><b>{endpoint(address, port)}</b></p>{asset && <p class="dim">{asset}</p>}{country && <p class="dim">{country}</p>}</div>;
}

function AlertStory({ alert: a }: { alert: Alert }): JSX.Element {
  const meta = Object.entries(a.alert?.metadata ?? {}).map(([key, value]) => [key, ([] as string[]).concat(value).join(', ')] as [string, string]);
  const flow = a.flow?.pkts_toserver && t('flowSides', {
    a: number(a.flow.pkts_toserver), b: number(a.flow.bytes_toserver), c: number(a.flow.pkts_toclient), d: number(a.flow.bytes_toclient) });
  const kept = a.evidence && [a.evidence.file, t('packets', { n: number(a.evidence.packets) }), a.evidence.sm3 && `SM3 ${a.evidence.sm3}`].filter(Boolean).join(' · ');
  const known = a.ndpi ? [a.ndpi.protocol, a.ndpi.category, ...(a.ndpi.risks ?? [])].filter(Boolean).join(' · ') : '';
  return (
    <>
      <p class="badges"><Severity of={a.alert?.severity} />{a.status && a.status !== 'actual' && <span class="kind">{t(a.status)}</span>}<code>{a.id}</code></p>
      {a.why && <Part title={t('why')}><p>{a.why}</p></Part>}
      <Part title={t('facts')}>
        <Facts rows={[
          [t('time'), fullTime(a.timestamp)], [t('region'), regionName(a.region)], [t('sensor'), a.sensor], [t('category'), a.alert?.category],
          ['SID', `${a.alert?.gid ?? 1}:${a.alert?.signature_id ?? '–'}:${a.alert?.rev ?? 0}`],
          [t('protocol'), [a.proto, a.app_proto].filter(Boolean).join(' / ')], ['nDPI', known], [t('flow'), flow], [t('evidence'), kept], ['Community ID', a.community_id && <code>{a.community_id}</code>],
        ]} />
      </Part>
      <Part title={t('parties')}>
        <div class="sides">
          <Side title={t('source')} address={a.src_ip} port={a.src_port} asset={assetLine(a.src_asset)} country={a.src_geo?.country_code ?? a.src_geo?.country} />
          <Side title={t('destination')} address={a.dest_ip} port={a.dest_port} asset={assetLine(a.dest_asset)} country={a.dest_geo?.country_code ?? a.dest_geo?.country} />
        </div>
      </Part>
      {meta.length > 0 && <Part title={t('metadata')}><Facts rows={meta} /></Part>}
      {a.payload_printable && <Part title={t('payload')}><pre class="payload" tabIndex={0}>{a.payload_printable}</pre></Part>}
      <Part title={t('raw')}><pre tabIndex={0}>{JSON.stringify(a, null, 2)}</pre></Part>
    </>
  );
}

// ---- the drawer ----

export function Drawer(): JSX.Element | null {
  const what = open.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const key = what === null ? '' : what.kind === 'incident' ? what.id : what.alert.id;
  useEffect(() => { if (key) heading.current?.focus({ preventScroll: true }); }, [key]);
  if (what === null) return null;
  const incident = what.kind === 'incident' ? incidents.value.get(what.id) : undefined;
  if (what.kind === 'incident' && !incident) return null;
  const back = what.kind === 'alert' ? what.from : undefined;
  return (
    <aside class="drawer" aria-labelledby="drawer-title">
      <div class="drawer-head">
        {back && <button type="button" onClick={() => { open.value = { kind: 'incident', id: back }; }}>← {t('back')}</button>}
        <h2 id="drawer-title" ref={heading} tabIndex={-1}>{what.kind === 'incident' ? either(incident!.title) || what.id : what.alert.alert?.signature}</h2>
        <button type="button" class="plain" aria-label={t('close')} onClick={() => { open.value = null; }}>×</button>
      </div>
      <div class="drawer-body" tabIndex={0} role="region" aria-labelledby="drawer-title">
        {what.kind === 'incident' ? <IncidentStory incident={incident!} /> : <AlertStory alert={what.alert} />}
      </div>
    </aside>
  );
}
