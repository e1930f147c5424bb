/** Whether the other party was told, in a word; yellow while the rules still ask for it. */
import type { Announcement } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { useI18n } from "../../i18n/language";

export function AnnouncementStatusBadge({ announcement }: { announcement: Announcement }) {
  const { text, word } = useI18n();
  const tone = announcement.owed ? "yellow" : announcement.status === "not_noted" ? "neutral" : "green";
  return (
    <Badge tone={tone} {...(announcement.owed ? { icon: "warning" as const } : {})}>
      {word("announcement.status", announcement.status)}
      {announcement.exception ? ` (${text(announcement.exception.name)})` : ""}
    </Badge>
  );
}
