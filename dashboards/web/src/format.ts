import { lang, t } from './i18n';

const two = (n: number) => String(n).padStart(2, '0');

/** RFC 3339 also with "+0800", as EVE writes it and Date.parse() does not always take it. */
export function parseTime(text: string | undefined): Date | null {
  if (!text) return null;
  const time = new Date(text.replace(/([+-]\d{2})(\d{2})$/, '$1:$2'));
  return Number.isNaN(time.getTime()) ? null : time;
}

/** In the viewer's own zone: today only the clock, else with the date. */
export function shortTime(text: string | undefined): string {
  const time = parseTime(text);
  if (time === null) return '–';
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  const today = time.toDateString() === new Date().toDateString();
  return today ? clock : `${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}

export function fullTime(text: string | undefined): string {
  const time = parseTime(text);
  if (time === null) return '–';
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
  const east = -time.getTimezoneOffset();
  return `${date} ${clock} ${east < 0 ? '-' : '+'}${two(Math.floor(Math.abs(east) / 60))}:${two(Math.abs(east) % 60)}`;
}

export function duration(seconds: number): string {
  if (seconds < 120) return t('seconds', { n: Math.max(0, Math.round(seconds)) });
  if (seconds < 7200) return t('minutes', { n: Math.round(seconds / 60) });
  return t('hours', { n: Math.round(seconds / 3600) });
}

export function number(n: number | undefined): string {
  return n === undefined ? '–' : n.toLocaleString(lang.value === 'zh' ? 'zh-CN' : 'en-GB');
}

export function endpoint(address: string | undefined, port?: number): string {
  if (!address) return '–';
  if (!port) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
