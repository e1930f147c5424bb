/** How many recordings of a kind there are, and in which months their last days lie. */
import type { KeptRecordings } from "../../api/types";
import { DateTime } from "../../components/DateTime/DateTime";
import { eraYear } from "../../i18n/civil_time";
import { type Language, useI18n } from "../../i18n/language";

/** Months shown one by one; what lies behind them stands in one line. */
const MOST_MONTHS = 13;

export function KeptNumbers({ kind, kept, tiers }: { kind: string; kept: KeptRecordings; tiers: number }) {
  const { t, language } = useI18n();
  const all = kept.primary + kept.secondary;
  const numbers = [
    { name: tiers > 1 ? t("retention.tier.primary") : t("retention.kept_now"), count: kept.primary },
    ...(tiers > 1 ? [{ name: t("retention.tier.secondary"), count: kept.secondary }] : []),
    { name: t("retention.held"), count: kept.held },
    { name: t("retention.due"), count: kept.due },
  ];
  const shown = kept.months.slice(0, MOST_MONTHS);
  const later = kept.months.slice(MOST_MONTHS).reduce((sum, month) => sum + month.recordings, 0);
  const most = Math.max(1, ...shown.map((month) => month.recordings));
  return (
    <div className="mt-3 border-t border-line pt-3">
      <h3 className="sr-only">{t("retention.numbers")}</h3>
      <dl className="flex flex-wrap gap-x-8 gap-y-2">
        {numbers.map(({ name, count }) => (
          <div key={name}>
            <dt className="text-dns-14N-130 text-solid-gray-700">{name}</dt>
            <dd className="tabular text-std-20B-150">{t("retention.count", { count: count.toLocaleString(language) })}</dd>
          </div>
        ))}
      </dl>
      {kept.oldest_started_at && (
        <p className="mt-1 text-dns-14N-130 text-solid-gray-700">
          {t("retention.oldest")} <DateTime at={kept.oldest_started_at} />
        </p>
      )}
      {all > 0 && kept.months.length > 0 && (
        <details className="mt-2">
          <summary className="w-fit text-blue-900 underline underline-offset-4">{t("retention.by_month")}</summary>
          <ul aria-label={t("retention.by_month")} className="mt-2 max-w-2xl space-y-1">
            {shown.map(({ month, recordings }) => (
              <li key={`${kind} ${month}`} className="grid grid-cols-[11rem_minmax(0,1fr)_5rem] items-center gap-2">
                <span className="text-dns-14N-130">{monthName(month, language)}</span>
                <span aria-hidden="true" className="h-3 rounded-4 bg-blue-300" style={{ width: `${Math.max(1, (recordings / most) * 100)}%` }} />
                <span className="tabular text-right text-dns-14N-130">{t("retention.count", { count: recordings.toLocaleString(language) })}</span>
              </li>
            ))}
            {later > 0 && <li className="text-dns-14N-130">{t("retention.later", { count: later.toLocaleString(language) })}</li>}
            {kept.without_date > 0 && <li className="text-dns-14N-130">{t("retention.without_date", { count: kept.without_date.toLocaleString(language) })}</li>}
          </ul>
        </details>
      )}
    </div>
  );
}

/** "2026-12" as 令和8年(2026年)12月 / Dec 2026 (Reiwa 8) */
export function monthName(month: string, language: Language): string {
  const day = `${month}-01`;
  const [year = "", number = ""] = month.split("-");
  if (language === "en") return `${new Date(`${day}T00:00:00Z`).toLocaleString("en", { month: "short", timeZone: "UTC" })} ${year} (${eraYear(day, "en")})`;
  return `${eraYear(day, "ja")}(${year}年)${Number(number)}月`;
}
