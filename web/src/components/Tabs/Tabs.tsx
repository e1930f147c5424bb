/** Tabs after the WAI pattern: arrow keys move, the chosen panel alone is in the page. */
import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";

export function Tabs<V extends string>({ label, value, tabs, onChange, children }: { label: string; value: V; tabs: { value: V; label: string }[]; onChange(value: V): void; children: ReactNode }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.value === value);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : step === undefined ? undefined : (at + step + tabs.length) % tabs.length;
    const target = next === undefined ? undefined : tabs[next];
    if (target === undefined || next === undefined) return;
    event.preventDefault();
    onChange(target.value);
    list.current?.querySelectorAll<HTMLElement>('[role="tab"]')[next]?.focus();
  };
  return (
    <>
      <div ref={list} role="tablist" aria-label={label} className="mb-5 flex flex-wrap gap-x-1 border-b border-solid-gray-420" onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.value}
            type="button"
            role="tab"
            id={`${id}-${tab.value}`}
            aria-selected={tab.value === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === value ? 0 : -1}
            onClick={() => onChange(tab.value)}
            className="-mb-px min-h-11 border-b-4 border-transparent px-4 text-dns-16N-130 text-solid-gray-800 hover:border-solid-gray-420 aria-selected:border-blue-900 aria-selected:font-bold aria-selected:text-blue-900"
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </>
  );
}
