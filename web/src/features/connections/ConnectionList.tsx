/** All connections of the tenant. */
import { useQuery } from "@tanstack/react-query";
import { can, useMe } from "../../api/session";
import { Empty, Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { connectionsQuery, refusedQuery } from "./api";
import { ConnectionCard } from "./ConnectionCard";

export function ConnectionList() {
  const { t } = useI18n();
  const me = useMe();
  const connections = useQuery(connectionsQuery);
  const refused = useQuery({ ...refusedQuery, enabled: can(me, "call.search") });
  if (connections.isPending) return <div className="card"><Loading /></div>;
  if (connections.isError) return <ProblemBanner error={connections.error} onRetry={() => void connections.refetch()} />;
  if (connections.data.length === 0)
    return (
      <div className="card">
        <Empty icon="connection" title={t("connections.none")}>
          {t("connections.none_hint")}
        </Empty>
      </div>
    );
  return (
    <div className="space-y-5">
      {connections.data.map((connection) => (
        <ConnectionCard key={connection.id} connection={connection} refused={refused.data?.filter((row) => row.connection.id === connection.id) ?? []} manage={can(me, "connection.manage")} />
      ))}
    </div>
  );
}
