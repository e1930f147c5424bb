/** Requests for erasure, newest first, by how they stand. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Erasure, ErasureStanding } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { Day } from "../../components/DateTime/DateTime";
import { Segmented } from "../../components/Field/Field";
import { Empty, Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { erasuresQuery } from "./api";
import { ErasureBadge } from "./ErasureBadge";

export const STANDINGS = ["asked", "waiting", "approved", "refused", "withdrawn", "all"] as const;
export type ListedStanding = (typeof STANDINGS)[number];

export const civilDay = (day: string) => `${day}T00:00:00+09:00`;

export function ErasureList({ standing, onStanding }: { standing: ListedStanding; onStanding(standing: ListedStanding): void }) {
  const { t, text, word } = useI18n();
  const asked: ErasureStanding | undefined = standing === "all" ? undefined : standing;
  const found = useInfiniteQuery(erasuresQuery(asked));
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
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
      <div className="mb-4">
        <Segmented legend={t("erasures.filter")} hideLegend name="standing" value={standing} options={STANDINGS.map((value) => ({ value, label: word("erasures.standing", value) }))} onChange={onStanding} />
      </div>
      {found.isPending && (
        <div className="card">
          <Loading />
        </div>
      )}
      {found.isError && <ProblemBanner error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && (
        <section aria-label={t("erasures.title")} className="card overflow-x-auto">
          {rows.length === 0 ? <Empty icon="close" title={t("erasures.none")} /> : <DataTable caption={t("erasures.title")} columns={columns} rows={rows} rowKey={(erasure) => erasure.id} />}
        </section>
      )}
      {found.hasNextPage && (
        <div className="mt-4 text-center">
          <Button size="md" disabled={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>
            {found.isFetchingNextPage ? t("state.loading") : t("action.more")}
          </Button>
        </div>
      )}
    </>
  );
}
