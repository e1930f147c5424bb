/** /expected-calls: upload an exchange's call records and see which calls are not there, and why. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { can, useMe } from "../api/session";
import type { ExpectedVerdict } from "../api/types";
import { TextField } from "../components/Field/Field";
import { Loading } from "../components/Loading/Loading";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { expectedQuery } from "../features/expected-calls/api";
import { ExpectedCounts, ExpectedTable, UploadedFiles } from "../features/expected-calls/ExpectedResults";
import { UploadCard } from "../features/expected-calls/UploadCard";
import { addDays, civil } from "../i18n/civil_time";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/expected-calls");

export function ExpectedCallsPage() {
  const { t } = useI18n();
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = civil(Date.now()).day;
  const { to = today, from = addDays(to, -6), verdict } = search;
  const list = useQuery(expectedQuery({ from, to, ...(verdict === undefined ? {} : { verdict }) }));
  const go = (change: { from?: string; to?: string; verdict?: ExpectedVerdict | undefined }) => {
    const { verdict: chosen, ...days } = { from, to, verdict, ...change };
    void navigate({ search: { ...days, ...(chosen === undefined ? {} : { verdict: chosen }) } });
  };
  return (
    <>
      <PageHeading title={t("expected.title")} lead={t("expected.lead")} />
      <div className="space-y-5">
        {can(me, "connection.manage") && <UploadCard presets={list.data?.presets ?? []} />}
        <div className="flex flex-wrap gap-3">
          <TextField type="date" label={t("search.from_day")} value={from} max={to} onChange={(event) => event.target.value !== "" && go({ from: event.target.value })} />
          <TextField type="date" label={t("search.to_day")} value={to} min={from} onChange={(event) => event.target.value !== "" && go({ to: event.target.value })} />
        </div>
        {list.isPending ? (
          <div className="card"><Loading /></div>
        ) : list.data === undefined ? (
          <ProblemBanner error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <>
            <ExpectedCounts list={list.data} chosen={verdict} onChoose={(next) => go({ verdict: next })} />
            <ExpectedTable list={list.data} chosen={verdict} />
            <UploadedFiles list={list.data} />
          </>
        )}
      </div>
    </>
  );
}
