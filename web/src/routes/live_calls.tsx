/** /live: the calls that go on, and recording by hand; for those who keep the register also how each line is recorded. */
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { can, useMe } from "../api/session";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { Tabs } from "../components/Tabs/Tabs";
import { liveCallsQuery } from "../features/live-calls/api";
import { LineSettings } from "../features/live-calls/LineSettings";
import { LiveCallList } from "../features/live-calls/LiveCallList";
import { useI18n } from "../i18n/language";

const route = getRouteApi("/signed-in/live");

export function LiveCallsPage() {
  const { t } = useI18n();
  const me = useMe();
  const { tab = "calls" } = route.useSearch();
  const navigate = route.useNavigate();
  const live = useQuery(liveCallsQuery);
  return (
    <>
      <PageHeading title={t("live.title")} lead={t("live.lead")} />
      {can(me, "line.manage") ? (
        <Tabs
          label={t("live.title")}
          value={tab}
          tabs={[
            { value: "calls", label: t("live.title") },
            { value: "lines", label: t("lines.title") },
          ]}
          onChange={(next) => void navigate({ search: next === "calls" ? {} : { tab: next } })}
        >
          {tab === "lines" ? <LineSettings onDemand={live.data?.on_demand ?? false} /> : <LiveCallList />}
        </Tabs>
      ) : (
        <LiveCallList />
      )}
    </>
  );
}
