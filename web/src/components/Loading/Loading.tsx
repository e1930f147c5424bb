/** What stands where an answer is awaited, and where there is nothing to show. */
import type { ReactNode } from "react";
import { useI18n } from "../../i18n/language";
import { Icon, type IconName } from "../Icon/Icon";

export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useI18n();
  return (
    <div role="status" className="space-y-3 p-4">
      <span className="sr-only">{t("state.loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="skeleton h-9" />
      ))}
    </div>
  );
}

export function Empty({ icon = "search", title, children }: { icon?: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-14 text-center">
      <span className="mb-1 inline-flex size-14 items-center justify-center rounded-full bg-blue-50 text-blue-900">
        <Icon name={icon} size={28} />
      </span>
      <p className="text-std-18B-160">{title}</p>
      {children !== undefined && <div className="max-w-lg text-std-16N-170 text-solid-gray-700">{children}</div>}
    </div>
  );
}
