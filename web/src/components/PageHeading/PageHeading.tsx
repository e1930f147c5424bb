/** The page's one h1. Sets the document's title and takes focus when the page was reached by navigation. */
import { type ReactNode, useEffect, useRef } from "react";

let firstPage = true;

export function PageHeading({ title, lead, actions, above }: { title: string; lead?: ReactNode; actions?: ReactNode; above?: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (firstPage) firstPage = false;
    else heading.current?.focus({ preventScroll: true });
  }, []);
  useEffect(() => {
    document.title = `${title} | Rokuon`;
  }, [title]);
  return (
    <div className="mb-5">
      {above}
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <h1 ref={heading} tabIndex={-1} className="text-std-26B-150">
            {title}
          </h1>
          {lead !== undefined && <div className="mt-1 max-w-3xl text-std-16N-170 text-solid-gray-800">{lead}</div>}
        </div>
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
