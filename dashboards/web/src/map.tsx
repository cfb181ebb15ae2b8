// The province by prefecture. The canvas is for the eye; the list beside it holds the same figures for everybody.
import { MapChart } from 'echarts/charts';
import { GeoComponent } from 'echarts/components';
import { init, registerMap, use, type EChartsType } from 'echarts/core';
import { LabelLayout } from 'echarts/features';
import { CanvasRenderer } from 'echarts/renderers';
import { effect } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { get } from './api';
import { number } from './format';
import { lang, t } from './i18n';
import { regionName } from './parts';
import { alertsByRegion, metric, openByRegion, region, regions, sensors, type Metric } from './store';

use([MapChart, GeoComponent, LabelLayout, CanvasRenderer]);

interface Feature { properties: { adcode?: number | string; name?: string } }
interface GeoJson { type: string; features: Feature[] }

// From nothing to most, one hue; dark enough that the labels stay readable on each.
const shades = ['#1b2530', '#2a3440', '#54402f', '#84502b', '#b45f22', '#dd6b1d'];

const values = () => (metric.value === 'incidents' ? openByRegion.value : alertsByRegion.value);

/** By orders of magnitude; the brightest is kept for what is many in itself, and not just the most there is. */
function shade(n: number, most: number): string {
  if (n <= 0) return shades[0]!;
  return shades[Math.max(1, Math.min(5, Math.ceil((Math.log1p(n) / Math.log1p(Math.max(most, 20))) * 5)))]!;
}

function paint(chart: EChartsType, codes: string[]): void {
  const found = values();
  const most = Math.max(0, ...codes.map((code) => found[code] ?? 0));
  chart.setOption({
    animation: false,
    series: [{
      type: 'map', map: 'regions', aspectScale: 0.89, roam: false, selectedMode: false,
      layoutCenter: ['50%', '50%'], layoutSize: '98%',
      itemStyle: { borderColor: '#0b1016', borderWidth: 1 },
      labelLayout: { hideOverlap: true },
      label: {
        show: true, color: '#e6edf3', fontSize: 11, lineHeight: 14, textBorderColor: '#0b1016', textBorderWidth: 2,
        formatter: ({ name }: { name: string }) => {
          const n = found[name] ?? 0;
          return n > 0 ? `${regionName(name)}\n${number(n)}` : regionName(name);
        },
      },
      emphasis: { label: { color: '#fff' }, itemStyle: { areaColor: '#3d5a80' } },
      data: codes.map((code) => ({
        name: code, value: found[code] ?? 0,
        itemStyle: {
          areaColor: shade(found[code] ?? 0, most),
          ...(region.value === code ? { borderColor: '#f0f6fc', borderWidth: 2.5 } : {}),
        },
      })),
    }],
  });
}

const toggle = (code: string) => { region.value = region.value === code ? null : code; };

function Canvas(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    let chart: EChartsType | null = null;
    let stop = () => {};
    let gone = false;
    const watch = new ResizeObserver(() => chart?.resize());
    void get<GeoJson>('/api/v1/map').then((geo) => {
      if (gone || !box.current) return;
      for (const feature of geo.features) feature.properties.name = String(feature.properties.adcode ?? '');
      registerMap('regions', geo as never);
      const codes = geo.features.map((feature) => feature.properties.name ?? '');
      const drawn = chart = init(box.current, null, { renderer: 'canvas' });
      drawn.on('click', (event) => { if (event.name) toggle(event.name); });
      stop = effect(() => { void [lang.value, regions.value]; paint(drawn, codes); });
      watch.observe(box.current);
      box.current.dataset.ready = 'yes';
    }, () => { if (box.current) box.current.dataset.ready = 'no'; });
    return () => { gone = true; stop(); watch.disconnect(); chart?.dispose(); };
  }, []);
  return <div ref={box} class="map" role="img" aria-label={t('mapAbout')} />;
}

function Scale(): JSX.Element {
  return (
    <div class="scale" aria-hidden="true">
      {t('fewer')}{shades.slice(1).map((colour) => <i key={colour} style={{ background: colour }} />)}{t('more')}
    </div>
  );
}

function prefectures() {
  const found = values();
  return [...regions.value.values()].filter((r) => r.level === 'prefecture')
    .sort((a, b) => (found[b.code] ?? 0) - (found[a.code] ?? 0) || a.code.localeCompare(b.code));
}

function Ranking(): JSX.Element {
  const found = values();
  const rows = prefectures().filter((r) => (found[r.code] ?? 0) > 0);
  const most = Math.max(1, ...rows.map((r) => found[r.code] ?? 0));
  return (
    <ol class="ranking">
      {rows.map((r) => (
        <li key={r.code}>
          <button type="button" aria-pressed={region.value === r.code} onClick={() => toggle(r.code)}>
            <span>{regionName(r.code)}</span>
            <i aria-hidden="true"><i style={{ width: `${((found[r.code] ?? 0) / most) * 100}%` }} /></i>
            <b>{number(found[r.code])}</b>
          </button>
        </li>
      ))}
    </ol>
  );
}

export function Sensors(): JSX.Element {
  const rows = sensors.value;
  return (
    <section class="panel sensors" aria-labelledby="sensors-title">
      <div class="panel-head"><h2 id="sensors-title">{t('sensors')}</h2></div>
      {rows.length === 0 ? <p class="dim pad">{t('noSensors')}</p> : (
        <ul>
          {rows.map((s) => (
            <li key={`${s.region}/${s.name}`}>
              <span class={`connection ${s.up ? 'good' : s.replayed ? '' : 'bad'}`}>
                <i aria-hidden="true" />{s.up ? t('up') : s.replayed ? t('replayed') : t('silent')}
              </span>
              <b>{s.name}</b><span class="dim">{regionName(s.region)}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

export function Regions(): JSX.Element {
  return (
    <section class="panel regions" aria-labelledby="regions-title">
      <div class="panel-head">
        <h2 id="regions-title">{t('regionMap')}</h2>
        <span class="grow" />
        <select aria-label={t('filterRegion')} value={region.value ?? ''}
          onChange={(event) => { region.value = event.currentTarget.value || null; }}>
          <option value="">{t('allRegions')}</option>
          {[...regions.value.values()].filter((r) => r.level === 'prefecture')
            .map((r) => <option key={r.code} value={r.code}>{regionName(r.code)}</option>)}
        </select>
      </div>
      <div class="choice metric" role="group" aria-label={t('regionMap')}>
        {(['incidents', 'alerts'] as Metric[]).map((m) => (
          <button key={m} type="button" aria-pressed={metric.value === m} onClick={() => { metric.value = m; }}>
            {t(m === 'incidents' ? 'byIncidents' : 'byAlerts')}
          </button>
        ))}
        <Scale />
      </div>
      <Canvas />
      <Ranking />
      <p class="map-note">{t('mapNote')}</p>
    </section>
  );
}
