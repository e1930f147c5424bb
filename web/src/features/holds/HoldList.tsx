/** Preservation holds, newest first, by how they stand. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Hold, HoldStanding } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { StackedDateTime, StackedLastDay } from "../../components/DateTime/DateTime";
import { Segmented } from "../../components/Field/Field";
import { Empty, Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { addDays, dayStart } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { holdsQuery } from "./api";
import { HoldActs } from "./HoldActs";
import { HoldBadge } from "./HoldBadge";

export const STANDINGS = ["active", "review_due", "release_asked", "released", "all"] as const;
export type ListedStanding = (typeof STANDINGS)[number];

export function HoldList({ standing, onStanding }: { standing: ListedStanding; onStanding(standing: ListedStanding): void }) {
  const { t, text, word } = useI18n();
  const asked: HoldStanding | undefined = standing === "all" ? undefined : standing;
  const found = useInfiniteQuery(holdsQuery(asked));
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: Column<Hold>[] = [
    { key: "at", title: t("holds.placed_at"), cell: (hold) => <StackedDateTime at={hold.placed_at} /> },
    {
      key: "ground",
      title: t("holds.ground"),
      rowHeader: true,
      cell: (hold) => (
        <>
          <Link to="/holds/$holdId" params={{ holdId: hold.id }} className="link text-dns-16B-130">
            {text(hold.ground.name)}
          </Link>{" "}
          <Article of={hold.ground} />
          <span className="mt-1 block min-w-52 break-words">{hold.reason}</span>
        </>
      ),
    },
    {
      key: "authority",
      title: t("holds.authority"),
      cell: (hold) => (
        <>
          <span className="break-words">{hold.authority}</span>
          <span className="block text-dns-14N-130 text-solid-gray-700">{t("holds.placed_by", { name: hold.placed_by.display_name })}</span>
        </>
      ),
    },
    { key: "count", title: t("holds.recordings"), align: "right", cell: (hold) => <span className="tabular">{t("holds.count", { count: hold.recording_count })}</span> },
    { key: "review", title: t("holds.review_on"), cell: (hold) => (hold.review_on ? <StackedLastDay end={dayStart(addDays(hold.review_on, 1))} /> : <span className="text-solid-gray-700">{t("holds.no_review")}</span>) },
    { key: "state", title: t("holds.state_column"), cell: (hold) => <HoldBadge hold={hold} /> },
    { key: "acts", title: t("holds.acts"), className: "no-print", cell: (hold) => <HoldActs hold={hold} /> },
  ];
  return (
    <>
      <div className="mb-4">
        <Segmented legend={t("holds.filter")} hideLegend name="standing" value={standing} options={STANDINGS.map((value) => ({ value, label: word("holds.standing", value) }))} onChange={onStanding} />
      </div>
      {found.isPending && (
        <div className="card">
          <Loading />
        </div>
      )}
      {found.isError && <ProblemBanner error={found.error} onRetry={() => void found.refetch()} />}
      {found.isSuccess && (
        <section aria-label={t("holds.title")} className="card overflow-x-auto">
          {rows.length === 0 ? <Empty icon="lock" title={t("holds.none")} /> : <DataTable caption={t("holds.title")} columns={columns} rows={rows} rowKey={(hold) => hold.id} />}
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
