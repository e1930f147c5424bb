/** Preservation holds, newest first, by how they stand. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Hold, HoldStanding } from "../../api/types";
import { Article } from "../../components/Article/Article";
import type { Column } from "../../components/DataTable/DataTable";
import { StackedDateTime, StackedDay } from "../../components/DateTime/DateTime";
import { Empty } from "../../components/Loading/Loading";
import { PagedTable, StandingFilter } from "../../components/PagedTable/PagedTable";
import { useI18n } from "../../i18n/language";
import { holdsQuery } from "./api";
import { HoldActs } from "./HoldActs";
import { HoldBadge } from "./HoldBadge";

export const STANDINGS = ["active", "review_due", "release_asked", "released", "all"] as const;
export type ListedStanding = (typeof STANDINGS)[number];

export function HoldList({ standing, onStanding }: { standing: ListedStanding; onStanding(standing: ListedStanding): void }) {
  const { t, text } = useI18n();
  const asked: HoldStanding | undefined = standing === "all" ? undefined : standing;
  const found = useInfiniteQuery(holdsQuery(asked));
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
          <span className="mt-1 block min-w-40 break-words">{hold.reason}</span>
        </>
      ),
    },
    {
      key: "authority",
      title: t("holds.authority"),
      cell: (hold) => (
        <>
          <span className="block min-w-32 break-words">{hold.authority}</span>
          <span className="block text-dns-14N-130 text-solid-gray-700">{t("holds.placed_by", { name: hold.placed_by.display_name })}</span>
        </>
      ),
    },
    { key: "count", title: t("holds.recordings"), align: "right", cell: (hold) => <span className="tabular">{t("holds.count", { count: hold.recording_count })}</span> },
    { key: "review", title: t("holds.review_on"), cell: (hold) => (hold.review_on ? <StackedDay day={hold.review_on} /> : <span className="whitespace-nowrap text-solid-gray-700">{t("holds.no_review")}</span>) },
    { key: "state", title: t("holds.state_column"), cell: (hold) => <HoldBadge hold={hold} /> },
    { key: "acts", title: t("holds.acts"), className: "no-print", cell: (hold) => <HoldActs hold={hold} /> },
  ];
  return (
    <>
      <StandingFilter legend={t("holds.filter")} group="holds.standing" standings={STANDINGS} standing={standing} onStanding={onStanding} />
      <PagedTable found={found} caption={t("holds.title")} columns={columns} rowKey={(hold) => hold.id} empty={<Empty icon="lock" title={t("holds.none")} />} />
    </>
  );
}
