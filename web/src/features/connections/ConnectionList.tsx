/** All connections of the tenant: how each stands, and when it was last heard. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Connection } from "../../api/types";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime } from "../../components/DateTime/DateTime";
import { Empty, Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { connectionsQuery } from "./api";
import { StandingBadge } from "./StandingBadge";

export function ConnectionList({ onOpen }: { onOpen(id: string): void }) {
  const { t, word } = useI18n();
  const connections = useQuery(connectionsQuery);
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
  const columns: Column<Connection>[] = [
    {
      key: "name",
      title: t("connections.name"),
      rowHeader: true,
      cell: (row) => (
        <Link to="/connections/$connectionId" params={{ connectionId: row.id }} className="link text-dns-16B-130">
          {row.name}
        </Link>
      ),
    },
    { key: "kind", title: t("connections.kind_short"), cell: (row) => <span className="whitespace-nowrap">{word("connections.kinds_short", row.kind)}</span> },
    {
      key: "standing",
      title: t("connections.standing_title"),
      cell: (row) => (
        <div className="space-y-1">
          <StandingBadge standing={row.standing} />
          {row.reasons.map((reason) => (
            <p key={reason} className="text-dns-14N-130 text-solid-gray-800">
              {word("connections.reasons", reason)}
            </p>
          ))}
        </div>
      ),
    },
    { key: "heard", title: t("connections.last_heard"), cell: (row) => (row.last_heard_at ? <DateTime at={row.last_heard_at} /> : t("connections.none_yet")) },
    { key: "calls", title: t("connections.calls_today"), align: "right", cell: (row) => <span className="tabular">{row.calls_today}</span> },
    { key: "refused", title: t("connections.refused_today"), align: "right", cell: (row) => <span className="tabular">{row.refused_today}</span> },
  ];
  return (
    <div className="card overflow-hidden">
      <DataTable caption={t("connections.title")} columns={columns} rows={connections.data} rowKey={(row) => row.id} onRowClick={(row) => onOpen(row.id)} />
    </div>
  );
}
