/** Requests for erasure, newest first, by how they stand. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Erasure, ErasureStanding } from "../../api/types";
import { Article } from "../../components/Article/Article";
import type { Column } from "../../components/DataTable/DataTable";
import { Day } from "../../components/DateTime/DateTime";
import { Empty } from "../../components/Loading/Loading";
import { PagedTable, StandingFilter } from "../../components/PagedTable/PagedTable";
import { useI18n } from "../../i18n/language";
import { erasuresQuery } from "./api";
import { ErasureBadge } from "./ErasureBadge";

export const STANDINGS = ["asked", "waiting", "approved", "refused", "withdrawn", "all"] as const;
export type ListedStanding = (typeof STANDINGS)[number];

export const civilDay = (day: string) => `${day}T00:00:00+09:00`;

export function ErasureList({ standing, onStanding }: { standing: ListedStanding; onStanding(standing: ListedStanding): void }) {
  const { t, text } = useI18n();
  const asked: ErasureStanding | undefined = standing === "all" ? undefined : standing;
  const found = useInfiniteQuery(erasuresQuery(asked));
  const columns: Column<Erasure>[] = [
    {
      key: "requester",
      title: t("erasures.requester"),
      rowHeader: true,
      cell: (erasure) => (
        <>
          <Link to="/erasures/$erasureId" params={{ erasureId: erasure.id }} className="link text-dns-16B-130">
            {erasure.requester}
          </Link>
          <span className="mt-1 block max-w-prose break-words">{erasure.reason}</span>
        </>
      ),
    },
    { key: "on", title: t("erasures.applied_on"), cell: (erasure) => <Day at={civilDay(erasure.applied_on)} /> },
    {
      key: "basis",
      title: t("erasures.basis"),
      cell: (erasure) => (
        <>
          {text(erasure.basis.name)} <Article of={erasure.basis} />
        </>
      ),
    },
    { key: "count", title: t("erasures.recordings"), align: "right", cell: (erasure) => <span className="tabular">{t("erasures.count", { count: erasure.recording_count })}</span> },
    { key: "by", title: t("erasures.decide_by"), cell: (erasure) => (erasure.state === "asked" && erasure.decide_by ? <Day at={civilDay(erasure.decide_by)} /> : "—") },
    { key: "state", title: t("erasures.state_column"), cell: (erasure) => <ErasureBadge erasure={erasure} /> },
  ];
  return (
    <>
      <StandingFilter legend={t("erasures.filter")} group="erasures.standing" standings={STANDINGS} standing={standing} onStanding={onStanding} />
      <PagedTable
        found={found}
        caption={t("erasures.title")}
        columns={columns}
        rowKey={(erasure) => erasure.id}
        empty={
          <Empty icon="eraser" title={t("erasures.none")}>
            {t("erasures.where_to_ask")}
          </Empty>
        }
      />
    </>
  );
}
