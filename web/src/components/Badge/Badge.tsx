/** A short state in words, coloured. The word carries the meaning, the colour only helps. */
import type { ReactNode } from "react";
import { classes } from "../classes";
import { Icon, type IconName } from "../Icon/Icon";

export type Tone = "neutral" | "blue" | "green" | "yellow" | "red";

const tones: Record<Tone, string> = {
  neutral: "bg-solid-gray-50 text-solid-gray-800 border-solid-gray-200",
  blue: "bg-blue-50 text-blue-1000 border-blue-300",
  green: "bg-green-50 text-green-900 border-green-300",
  yellow: "bg-yellow-50 text-yellow-1200 border-yellow-500",
  red: "bg-red-50 text-red-1000 border-red-300",
};

export function Badge({ tone = "neutral", icon, children, title }: { tone?: Tone; icon?: IconName; children: ReactNode; title?: string }) {
  return (
    <span title={title} className={classes("inline-flex items-center gap-1 whitespace-nowrap rounded-full border px-2 py-0.5 text-dns-14N-130", tones[tone])}>
      {icon !== undefined && <Icon name={icon} size={14} />}
      {children}
    </span>
  );
}
