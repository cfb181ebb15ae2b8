import type { JSX } from 'preact';
import { duration, number } from './format';
import { lang, setLang, t, type Word } from './i18n';
import {
  beat, dataAge, helping, link, openCount, period, severities, severity, status, type Period,
} from './store';
import type { Status } from './types';

function Figure({ label, children, tone }: { label: string; children: JSX.Element | string; tone?: string }): JSX.Element {
  return (
    <div class={`figure ${tone ?? ''}`}>
      <span class="figure-value">{children}</span>
      <span class="figure-label">{label}</span>
    </div>
  );
}

/** Each severity is a figure and a switch: the lists show that one alone. */
function SeverityFigures(): JSX.Element {
  return (
    <div class="severities" role="group" aria-label={`${t('alerts')} · ${t('severity')}`}>
      {[1, 2, 3, 4].map((n) => (
        <button key={n} type="button" class={`figure severity-${n}`} aria-pressed={severity.value === n}
          onClick={() => { severity.value = severity.value === n ? null : n; }}>
          <span class="figure-value" data-severity={n}>{number(severities.value[n] ?? 0)}</span>
          <span class="figure-label"><i aria-hidden="true" />{t(`severity${n}` as Word)}</span>
        </button>
      ))}
    </div>
  );
}

function Choice<T extends string>({ label, value, options, onChange, word }: {
  label: string; value: T; options: readonly T[]; onChange: (to: T) => void; word: (o: T) => string;
}): JSX.Element {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>{word(option)}</button>
      ))}
    </div>
  );
}

function connection(): { tone: string; words: string } {
  if (link.value === 'connecting') return { tone: 'dim', words: t('connecting') };
  if (link.value === 'reconnecting') return { tone: 'bad', words: t('reconnecting') };
  if (beat.value && !beat.value.redis) return { tone: 'warn', words: t('busAway') };
  if (beat.value && !beat.value.archive) return { tone: 'warn', words: t('archiveAway') };
  return { tone: 'good', words: t('live') };
}

export function Header(): JSX.Element {
  const { tone, words } = connection();
  const age = dataAge.value;
  const sensors = beat.value ? `${beat.value.sensors_up}/${beat.value.sensors}` : '–';
  return (
    <header class="top">
      <h1><img src="/beacon.svg" alt="" width="26" height="26" /><span>烽燧 <b>Fengsui</b></span></h1>
      <div class="figures">
        <Figure label={`${t('alerts')} · ${t(period.value)}`}>{number(Object.values(severities.value).reduce((sum, n) => sum + n, 0))}</Figure>
        <SeverityFigures />
        <Figure label={t('openIncidents')}>{number(openCount.value)}</Figure>
        <Figure label={t('sensorsUp')} tone={beat.value && beat.value.sensors_up < beat.value.sensors ? 'warn' : ''}>{sensors}</Figure>
        <Figure label={t('dataAge')} tone={age !== null && age > 5 ? 'warn' : ''}>{age === null ? '–' : duration(age)}</Figure>
      </div>
      <div class="controls">
        <Choice label={t('period')} value={period.value} options={['today', 'week', 'month', 'all'] as const}
          onChange={(to: Period) => { period.value = to; }} word={(p) => t(p)} />
        <Choice label={t('status')} value={status.value} options={['actual', 'exercise', 'test'] as const}
          onChange={(to: Status) => { status.value = to; }} word={(s) => t(s)} />
        <Choice label={t('language')} value={lang.value} options={['zh', 'en'] as const} onChange={setLang}
          word={(l) => (l === 'zh' ? '中文' : 'EN')} />
        <span class={`connection ${tone}`} role="status"><i aria-hidden="true" />{words}</span>
        <button type="button" class="plain" aria-label={t('help')} title={`${t('help')} (?)`} onClick={() => { helping.value = true; }}>?</button>
      </div>
    </header>
  );
}

export function Band(): JSX.Element | null {
  if (status.value === 'actual') return null;
  return <aside class="band" aria-label={t('status')}>{t(status.value === 'exercise' ? 'exerciseBand' : 'testBand')}</aside>;
}
