/** Calls that were answered and not kept, counted by day and reason: the policy says which calls are recorded, and this shows the rest. */
import { useQuery } from "@tanstack/react-query";
import type { UnrecordedCount } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { Day } from "../../components/DateTime/DateTime";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { unrecordedCountsQuery } from "./api";

export function UnrecordedCounts({ days }: { days: { from?: string; to?: string } }) {
  const { t, word } = useI18n();
  const counts = useQuery(unrecordedCountsQuery(days));
  const columns: Column<UnrecordedCount>[] = [
    { key: "day", title: t("unrecorded.day"), rowHeader: true, cell: (row) => <Day at={row.day} /> },
    { key: "connection", title: t("call.connection"), cell: (row) => row.connection.name },
    { key: "reason", title: t("unrecorded.reason"), cell: (row) => word("unrecorded.reasons", row.reason) },
    { key: "article", title: t("article.label"), cell: (row) => (row.article ? <Article of={row} /> : "—") },
    { key: "count", title: t("unrecorded.count"), align: "right", cell: (row) => <span className="tabular">{row.count}</span> },
  ];
  return (
    <section aria-labelledby="unrecorded" className="mt-10">
      <h2 id="unrecorded" tabIndex={-1} className="text-std-20B-150">
        {t("unrecorded.title")}
      </h2>
      <p className="mb-3 max-w-3xl text-std-16N-170 text-solid-gray-800">{t("unrecorded.lead")}</p>
      {counts.isError ? (
        <ProblemBanner error={counts.error} onRetry={() => void counts.refetch()} />
      ) : (
        <div className="card overflow-hidden">
          {counts.isPending ? (
            <Loading rows={2} />
          ) : counts.data.length === 0 ? (
            <p className="p-4 text-solid-gray-700">{t("unrecorded.none")}</p>
          ) : (
            <DataTable caption={t("unrecorded.title")} columns={columns} rows={counts.data} rowKey={(row) => `${row.day} ${row.connection.id} ${row.reason}`} />
          )}
        </div>
      )}
    </section>
  );
}
