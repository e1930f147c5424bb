/** How far a hold is, in a word. */
import type { Hold } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { useI18n } from "../../i18n/language";

export function HoldBadge({ hold }: { hold: Hold }) {
  const { t, word } = useI18n();
  return (
    <span className="flex flex-wrap gap-1">
      <Badge tone={hold.state === "released" ? "neutral" : hold.state === "release_asked" ? "yellow" : "blue"} {...(hold.state === "released" ? {} : { icon: "lock" as const })}>
        {word("holds.state", hold.state)}
      </Badge>
      {hold.review_due && <Badge tone="yellow">{t("holds.review_due")}</Badge>}
      {hold.origin === "request" && <Badge>{t("holds.by_request")}</Badge>}
    </span>
  );
}
