// A list of rows of one height of which only those in sight exist. Keyboard and reader see a listbox.
import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface ListProps<T> {
  id: string;
  label: string;
  items: T[];
  height: number;
  keyOf: (item: T) => string;
  row: (item: T) => ComponentChildren;
  rowClass?: (item: T) => string;
  cursor: string | null;
  onCursor: (key: string) => void;
  onOpen: (item: T) => void;
  onEnd?: () => void;
}

export function List<T>(p: ListProps<T>): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const first = useRef<string | null>(null);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const options = {
    count: p.items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => p.height,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(0),
  };
  const [virtual] = useState(() => new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  virtual.setOptions(options);
  useEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());

  // Rows that arrive on top must not move what is being read.
  useLayoutEffect(() => {
    const box = scroller.current;
    const was = first.current === null ? -1 : p.items.findIndex((item) => p.keyOf(item) === first.current);
    if (box && was > 0 && box.scrollTop > p.height / 2) box.scrollTop += was * p.height;
    first.current = p.items[0] === undefined ? null : p.keyOf(p.items[0]);
  }, [p.items]);

  const at = p.cursor === null ? -1 : p.items.findIndex((item) => p.keyOf(item) === p.cursor);
  useEffect(() => { if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' }); }, [p.cursor]);

  const rows = virtual.getVirtualItems();
  const last = rows[rows.length - 1]?.index ?? 0;
  useEffect(() => { if (p.onEnd && p.items.length > 0 && last >= p.items.length - 10) p.onEnd(); }, [last, p.items.length]);

  const inSight = rows.some((r) => r.index === at);
  return (
    <div ref={scroller} id={p.id} class="list" role="listbox" aria-label={p.label} tabIndex={0}
      aria-activedescendant={inSight ? `${p.id}-${at}` : undefined}
      onFocus={() => { if (at < 0 && p.items[0]) p.onCursor(p.keyOf(p.items[0])); }}>
      <div class="list-all" role="presentation" style={{ height: `${virtual.getTotalSize()}px` }}>
        {rows.map((r) => {
          const item = p.items[r.index];
          if (item === undefined) return null;
          const key = p.keyOf(item);
          return (
            <div key={key} id={`${p.id}-${r.index}`} role="option" aria-selected={key === p.cursor}
              aria-setsize={p.items.length} aria-posinset={r.index + 1}
              class={`row ${p.rowClass?.(item) ?? ''}`} style={{ height: `${p.height}px`, transform: `translateY(${r.start}px)` }}
              onClick={() => { p.onCursor(key); p.onOpen(item); }}>
              {p.row(item)}
            </div>
          );
        })}
      </div>
    </div>
  );
}
