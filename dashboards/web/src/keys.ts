// The keyboard: what EveBox's users have in their fingers, as far as this page goes.
import { alertCursor } from './alerts';
import { incidentCursor } from './incidents';
import { lang, setLang } from './i18n';
import { alertList, helping, incidentList, open, pause, region, severity } from './store';

type Which = 'incident-list' | 'alert-list';
let active: Which = 'alert-list';

function focus(which: Which): void {
  active = which;
  document.getElementById(which)?.focus({ preventScroll: true });
}

function move(by: number): void {
  const [keys, cursor] = active === 'alert-list'
    ? [alertList.value.map((a) => a.id), alertCursor] : [incidentList.value.map((i) => i.id), incidentCursor];
  const at = cursor.value === null ? -1 : keys.indexOf(cursor.value);
  const to = keys[Math.max(0, Math.min(keys.length - 1, at + by))];
  if (to === undefined) return;
  cursor.value = to;
  if (open.value !== null) show();
}

function show(): void {
  if (active === 'alert-list') {
    const alert = alertList.value.find((a) => a.id === alertCursor.value);
    if (alert) open.value = { kind: 'alert', alert };
  } else if (incidentCursor.value !== null) {
    open.value = { kind: 'incident', id: incidentCursor.value };
  }
}

function escape(): void {
  if (helping.value) helping.value = false;
  else if (open.value !== null) { open.value = null; focus(active); }
  else { region.value = null; severity.value = null; }
}

const keys: Record<string, () => void> = {
  j: () => move(1), k: () => move(-1), ArrowDown: () => move(1), ArrowUp: () => move(-1),
  Enter: show, Escape: escape, p: pause, '?': () => { helping.value = !helping.value; },
  i: () => focus('incident-list'), a: () => focus('alert-list'),
  l: () => setLang(lang.value === 'zh' ? 'en' : 'zh'),
};

export function listen(): void {
  document.addEventListener('focusin', (event) => {
    const id = (event.target as HTMLElement).id;
    if (id === 'incident-list' || id === 'alert-list') active = id;
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target as HTMLElement;
    const control = target.closest('select, input, textarea, dialog, button') !== null;
    if (control && event.key !== 'Escape' && (event.key === 'Enter' || event.key.startsWith('Arrow') || target.closest('select, input, textarea'))) return;
    const inDrawer = target.closest('.drawer-body') !== null;
    if (inDrawer && event.key.startsWith('Arrow')) return;      // scrolls the story
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
