/** Every call that goes on at this moment; those that wait for somebody first. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Empty, Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { liveCallsQuery } from "./api";
import { LiveCallCard } from "./LiveCallCard";

export function LiveCallList() {
  const { t } = useI18n();
  const live = useQuery(liveCallsQuery);
  const now = useSeconds();
  if (live.isPending) return <div className="card"><Loading /></div>;
  if (live.data === undefined) return <ProblemBanner error={live.error} onRetry={() => void live.refetch()} />;
  const { items, exceptions } = live.data;
  const waiting = items.filter((call) => call.capture === "waiting");
  const others = items.filter((call) => call.capture !== "waiting");
  return (
    <>
      {live.isError && <ProblemBanner error={live.error} className="mb-4" />}
      <p role="status" className="mb-3 text-dns-16N-130">
        {t("live.count", { count: items.length, waiting: waiting.length })}
      </p>
      {items.length === 0 ? (
        <div className="card">
          <Empty icon="phone" title={t("live.none")}>
            {t("live.none_hint")}
          </Empty>
        </div>
      ) : (
        <ul className="space-y-3">
          {[...waiting, ...others].map((call) => (
            <li key={call.recording_id}>
              <LiveCallCard call={call} exceptions={exceptions} now={now} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The time, once a second. */
function useSeconds(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
