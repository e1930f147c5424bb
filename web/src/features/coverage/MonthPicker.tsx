/** One month back or on, with both calendars' years. */
import { IconButton } from "../../components/Button/Button";
import { eraYear } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { monthsLater } from "./api";

export function MonthPicker({ month, latest, onChange }: { month: string; latest?: string; onChange(month: string): void }) {
  const { t, language } = useI18n();
  const [year, number] = month.split("-");
  const name = language === "ja" ? `${eraYear(`${month}-01`, language)}(${year}年)${Number(number)}月` : `${month} (${eraYear(`${month}-01`, language)})`;
  return (
    <div className="flex items-center gap-1">
      <IconButton icon="back" label={t("coverage.month_before")} onClick={() => onChange(monthsLater(month, -1))} />
      <span role="status" className="min-w-44 text-center text-std-18B-160">
        {name}
      </span>
      <IconButton icon="forward" label={t("coverage.month_after")} disabled={latest !== undefined && month >= latest} onClick={() => onChange(monthsLater(month, 1))} />
    </div>
  );
}
