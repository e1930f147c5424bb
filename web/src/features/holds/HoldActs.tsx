/** What the signed-in person can do with a hold. */
import { useState } from "react";
import type { Hold } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { useI18n } from "../../i18n/language";
import { ActDialog, type HoldDeed } from "./ActDialog";

const DEEDS: HoldDeed[] = ["extend", "ask_release", "release"];

export function HoldActs({ hold, size = "xs" }: { hold: Hold; size?: "xs" | "sm" }) {
  const { t, text } = useI18n();
  const [deed, setDeed] = useState<HoldDeed | undefined>(undefined);
  const open = DEEDS.filter((one) => hold.may[one]);
  if (open.length === 0 && deed === undefined) return null;
  return (
    <div className="no-print flex flex-wrap gap-2">
      {open.map((one) => (
        <Button key={one} size={size} look={one === "release" ? "danger-outline" : "outline"} aria-label={t(`holds.${one}_of`, { ground: text(hold.ground.name) })} onClick={() => setDeed(one)}>
          {t(`holds.${one}_short`)}
        </Button>
      ))}
      {deed !== undefined && <ActDialog hold={hold} deed={deed} onClose={() => setDeed(undefined)} />}
    </div>
  );
}
