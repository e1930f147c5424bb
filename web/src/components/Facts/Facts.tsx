/** A list of names and values. */
import type { ReactNode } from "react";

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="divide-y divide-line">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid gap-x-4 gap-y-0.5 py-2.5 sm:grid-cols-[8.5rem_minmax(0,1fr)]">
      <dt className="text-dns-14N-130 leading-6 text-solid-gray-700">{name}</dt>
      <dd className="min-w-0 text-dns-16N-130 leading-6">{children}</dd>
    </div>
  );
}
