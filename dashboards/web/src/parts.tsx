// Small things used everywhere. Colour never stands alone: each has its word.
import type { JSX } from 'preact';
import { either, named, t } from './i18n';
import { regions } from './store';
import type { Asset } from './types';

export function Severity({ of }: { of: number | undefined }): JSX.Element {
  return <span class={`tag severity-${of ?? 4}`}><i aria-hidden="true" />{named('severity', of ?? 4)}</span>;
}

export function Level({ of }: { of: number | undefined }): JSX.Element {
  return <span class={`tag level-${of ?? 4}`}><i aria-hidden="true" />{named('level', of ?? 4)}</span>;
}

export function State({ of }: { of: string | undefined }): JSX.Element {
  return <span class="state">{named('state_', of ?? 'new')}</span>;
}

export function regionName(code: string | undefined): string {
  if (!code) return '';
  const found = regions.value.get(code);
  return found ? either(found) : code;
}

/** Sectors are data: those of the plans have a name in both languages, others show as they are registered. */
export const sectorName = (sector: string | undefined) => named('sector_', sector);

export function assetLine(asset: Asset | undefined): string {
  if (!asset) return '';
  const grade = asset.mlps_level ? `${t('mlps')} ${asset.mlps_level}` : '';
  return [asset.name, asset.unit, sectorName(asset.sector), grade, asset.cii ? t('cii') : ''].filter(Boolean).join(' · ');
}

/** Why there is nothing to see, and the way out if there is one. */
export function Empty({ title, reasons, actions }: {
  title: string; reasons: string[]; actions?: { label: string; act: () => void }[];
}): JSX.Element {
  return (
    <div class="empty" role="status">
      <p class="empty-title">{title}</p>
      {reasons.map((reason) => <p key={reason}>{reason}</p>)}
      {actions?.map(({ label, act }) => <button key={label} type="button" onClick={act}>{label}</button>)}
    </div>
  );
}
