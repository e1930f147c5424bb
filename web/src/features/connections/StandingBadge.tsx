/** How a connection stands, in one word. */
import type { Connection } from "../../api/types";
import { Badge, type Tone } from "../../components/Badge/Badge";
import type { IconName } from "../../components/Icon/Icon";
import { useI18n } from "../../i18n/language";

const LOOKS: Record<Connection["standing"], { tone: Tone; icon: IconName }> = {
  good: { tone: "green", icon: "success" },
  attention: { tone: "yellow", icon: "warning" },
  unused: { tone: "blue", icon: "clock" },
  disabled: { tone: "neutral", icon: "close" },
};

export function StandingBadge({ standing }: { standing: Connection["standing"] }) {
  const { word } = useI18n();
  const look = LOOKS[standing];
  return (
    <Badge tone={look.tone} icon={look.icon}>
      {word("connections.standing", standing)}
    </Badge>
  );
}
