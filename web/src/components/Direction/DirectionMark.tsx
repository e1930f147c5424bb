/** Which way a call went: arrow and word. */
import { useI18n } from "../../i18n/language";
import { Icon, type IconName } from "../Icon/Icon";

export function DirectionMark({ direction }: { direction: string | null | undefined }) {
  const { t, word } = useI18n();
  if (!direction) return <span className="text-solid-gray-700">{t("call.direction_unknown")}</span>;
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <Icon name={direction as IconName} size={16} className="text-solid-gray-700" />
      {word("direction", direction)}
    </span>
  );
}
