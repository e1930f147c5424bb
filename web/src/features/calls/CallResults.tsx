/** The call log: every call the policy lets us know of, kept as a recording or not. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { CallSummary } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DirectionMark } from "../../components/Direction/DirectionMark";
import { Empty, Loading } from "../../components/Loading/Loading";
import { Duration, PartyCell } from "../../components/Number/Number";
import { MoreButton } from "../../components/PagedTable/PagedTable";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { civil, clock, longDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { callsQuery } from "./api";
import type { CallSearch } from "./call_search";

export function CallResults({ search }: { search: CallSearch }) {
  const { t, text, language } = useI18n();
  const calls = useInfiniteQuery(callsQuery(search));
  const rows = calls.data?.pages.flatMap((page) => page.items) ?? [];
  const columns: Column<CallSummary>[] = [
    { key: "at", title: t("call.time"), rowHeader: true, cell: (call) => <time dateTime={call.started_at} className="tabular whitespace-nowrap">{clock(call.started_at, true)}</time> },
    { key: "direction", title: t("call.direction"), cell: (call) => <DirectionMark direction={call.direction} /> },
    { key: "caller", title: t("call.caller"), cell: (call) => <PartyCell party={call.caller} device={call.device} /> },
    { key: "called", title: t("call.called"), cell: (call) => <PartyCell party={call.called} device={call.device} /> },
    { key: "line", title: t("call.line"), cell: (call) => (call.line ? text(call.line.name) : "—") },
    { key: "department", title: t("call.department"), cell: (call) => (call.department ? text(call.department.name) : "—") },
    { key: "duration", title: t("call.duration"), align: "right", cell: (call) => <Duration seconds={call.duration_seconds} /> },
    {
      key: "recording",
      title: t("call.recording"),
      cell: (call) =>
        call.recording_id ? (
          <Link to="/recordings/$recordingId" params={{ recordingId: call.recording_id }} className="link whitespace-nowrap">
            {t("call.open_recording")}
            <span className="sr-only"> {clock(call.started_at, true)}</span>
          </Link>
        ) : (
          <Badge>{call.kept ? t("call.not_visible") : t("call.not_kept")}</Badge>
        ),
    },
  ];

  if (calls.isPending) return <div className="card"><Loading /></div>;
  if (calls.isError) return <ProblemBanner error={calls.error} onRetry={() => void calls.refetch()} />;
  return (
    <section aria-label={t("calls.results")}>
      <p role="status" className="mb-2 text-dns-16N-130">
        {t(calls.hasNextPage ? "state.shown_more" : "state.shown_all", { count: rows.length })}
      </p>
      <div className="card overflow-hidden">
        {rows.length === 0 ? (
          <Empty title={t("calls.none")}>{t("search.none_hint")}</Empty>
        ) : (
          <DataTable caption={t("calls.results")} columns={columns} rows={rows} rowKey={(call) => call.id} group={(call) => ({ key: civil(call.started_at).day, heading: longDay(call.started_at, language) })} />
        )}
      </div>
      <MoreButton found={calls} />
    </section>
  );
}
