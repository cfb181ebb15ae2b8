import { render, type JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Alerts } from './alerts';
import { Drawer } from './drawer';
import { Band, Header } from './header';
import { t, type Word } from './i18n';
import { Incidents } from './incidents';
import { listen } from './keys';
import { Regions, Sensors } from './map';
import { helping, notice, start } from './store';
import { follow } from './stream';
import './style.css';

const help: [string, Word][] = [
  ['j k', 'keyMove'], ['Enter', 'keyOpen'], ['Esc', 'keyClose'], ['i a', 'keyLists'], ['p', 'keyPause'], ['l', 'keyLang'], ['?', 'keyHelp'],
];

function Help(): JSX.Element {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (helping.value && !box.current?.open) box.current?.showModal();
    if (!helping.value) box.current?.close();
  }, [helping.value]);
  return (
    <dialog ref={box} aria-labelledby="help-title" onClose={() => { helping.value = false; }}>
      <h2 id="help-title">{t('help')}</h2>
      <dl>{help.map(([keys, word]) => <div key={word}><dt>{keys.split(' ').map((k) => <kbd key={k}>{k}</kbd>)}</dt><dd>{t(word)}</dd></div>)}</dl>
      <button type="button" onClick={() => { helping.value = false; }}>{t('close')}</button>
    </dialog>
  );
}

function Notice(): JSX.Element {
  useEffect(() => {
    if (!notice.value) return undefined;
    const timer = window.setTimeout(() => { notice.value = ''; }, 8000);
    return () => window.clearTimeout(timer);
  }, [notice.value]);
  return <div class={`notice ${notice.value ? 'shown' : ''}`} role="status">{notice.value}</div>;
}

function Page(): JSX.Element {
  return (
    <>
      <a class="skip" href="#alerts">{t('skip')}</a>
      <Header />
      <Band />
      <main>
        <div class="left"><Regions /><Sensors /></div>
        <div class="right"><Incidents /><Alerts /></div>
        <Drawer />
      </main>
      <Notice />
      <Help />
    </>
  );
}

render(<Page />, document.getElementById('root')!);
listen();
follow();
void start();
