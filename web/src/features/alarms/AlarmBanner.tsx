/** Over every page, for those who may see it: what is wrong now. What somebody took up is shown quietly. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Banner } from "../../components/Banner/Banner";
import { useI18n } from "../../i18n/language";
import { alarmBannerQuery } from "./api";

export function AlarmBanner() {
  const { t, text } = useI18n();
  const alarms = useQuery(alarmBannerQuery);
  const open = alarms.data?.items.filter((alarm) => alarm.closed_at == null && alarm.acknowledged == null) ?? [];
  const first = open[0];
  if (first === undefined) return null;
  return (
    <aside aria-label={t("alarms.title")} className="no-print mb-5">
    <Banner
      tone="error"
      title={
        <>
          {text(first.name)}
          {first.subject ? ` (${first.subject})` : ""}
          {open.length > 1 && <span className="ml-2 text-dns-16N-130">{t("alarms.others", { count: open.length - 1 })}</span>}
        </>
      }
    >
      {text(first.advice)}{" "}
      <Link to="/alarms" className="link">
        {t("alarms.look")}
      </Link>
    </Banner>
    </aside>
  );
}
