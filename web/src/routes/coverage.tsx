/** /coverage: how much of the operating hours recording ran, and those hours. */
import { getRouteApi } from "@tanstack/react-router";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { Tabs } from "../components/Tabs/Tabs";
import { CoverageReport } from "../features/coverage/CoverageReport";
import { MonthPicker } from "../features/coverage/MonthPicker";
import { OperatingCalendar } from "../features/coverage/OperatingCalendar";
import { civil } from "../i18n/civil_time";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/coverage");

export function CoveragePage() {
  const { t } = useI18n();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const now = civil(Date.now()).day.slice(0, 7);
  const { tab = "report", month = now } = search;
  return (
    <>
      <PageHeading title={t("coverage.title")} lead={t("coverage.lead")} actions={<MonthPicker month={month} {...(tab === "report" ? { latest: now } : {})} onChange={(next) => void navigate({ search: { ...search, month: next } })} />} />
      <Tabs
        label={t("coverage.title")}
        value={tab}
        tabs={[
          { value: "report", label: t("coverage.report") },
          { value: "calendar", label: t("calendar.title") },
        ]}
        onChange={(next) => void navigate({ search: next === "report" ? { month } : { month, tab: next } })}
      >
        {tab === "calendar" ? <OperatingCalendar month={month} /> : <CoverageReport month={month} />}
      </Tabs>
    </>
  );
}
