/** A boxed message after DADS' notification banner. `live` announces it when it appears. */
import type { ReactNode } from "react";
import { classes } from "../classes";
import { Icon, type IconName } from "../Icon/Icon";

export type BannerTone = "note" | "warning" | "error" | "success";

const looks: Record<BannerTone, { box: string; mark: string; icon: IconName }> = {
  note: { box: "border-blue-900", mark: "text-blue-900", icon: "note" },
  warning: { box: "border-warning-yellow-2", mark: "text-warning-yellow-2", icon: "warning" },
  error: { box: "border-error-1", mark: "text-error-1", icon: "error" },
  success: { box: "border-success-2", mark: "text-success-2", icon: "success" },
};

export function Banner({ tone = "note", title, children, live = false, className }: { tone?: BannerTone; title?: ReactNode; children?: ReactNode; live?: boolean; className?: string }) {
  const look = looks[tone];
  return (
    <div role={live ? (tone === "error" ? "alert" : "status") : undefined} className={classes("rounded-8 border-2 border-l-[10px] bg-white px-4 py-3", look.box, className)}>
      <div className="flex gap-3">
        <Icon name={look.icon} size={24} className={look.mark} />
        <div className="min-w-0 grow space-y-1">
          {title !== undefined && <p className="text-std-16B-170">{title}</p>}
          {children !== undefined && <div className="text-std-16N-170">{children}</div>}
        </div>
      </div>
    </div>
  );
}
