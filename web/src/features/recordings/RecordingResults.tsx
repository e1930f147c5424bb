/** The found recordings, newest first, under their days; more are read on demand. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { RecordingSummary } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { StackedLastDay } from "../../components/DateTime/DateTime";
import { DirectionMark } from "../../components/Direction/DirectionMark";
import { Empty, Loading } from "../../components/Loading/Loading";
import { Duration, PartyCell } from "../../components/Number/Number";
import { MoreButton } from "../../components/PagedTable/PagedTable";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { civil, clock, duration, longDay } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { type RecordingQuery, recordingsQuery } from "./api";

export function RecordingResults({ searchKey, query, actions, onClear }: { searchKey: object; query: () => RecordingQuery; actions?: ReactNode; onClear?: (() => void) | undefined }) {
  const { t, text, language } = useI18n();
  const navigate = useNavigate();
  const found = useInfiniteQuery(recordingsQuery(searchKey, query));
  const rows = found.data?.pages.flatMap((page) => page.items) ?? [];

  const columns: Column<RecordingSummary>[] = [
    {
      key: "at",
      title: t("call.time"),
      rowHeader: true,
      cell: (row) => (
        <Link to="/recordings/$recordingId" params={{ recordingId: row.id }} className="link tabular whitespace-nowrap">
          <span className="sr-only">{longDay(row.started_at, language)} </span>
          <time dateTime={row.started_at}>{clock(row.started_at, true)}</time>
        </Link>
      ),
    },
    { key: "direction", title: t("call.direction"), cell: (row) => <DirectionMark direction={row.direction} /> },
    { key: "caller", title: t("call.caller"), cell: (row) => <PartyCell party={row.caller} device={row.device} /> },
    { key: "called", title: t("call.called"), cell: (row) => <PartyCell party={row.called} device={row.device} /> },
    {
      key: "line",
      title: t("call.line_and_department"),
      cell: (row) => (
        <>
          {row.line ? text(row.line.name) : <span className="text-solid-gray-700">{t("call.line_unknown")}</span>}
          {row.department && <span className="block text-dns-14N-130 text-solid-gray-700">{text(row.department.name)}</span>}
        </>
      ),
    },
    { key: "duration", title: t("call.duration"), align: "right", cell: (row) => <Duration seconds={row.duration_seconds} /> },
    { key: "state", title: t("recording.state_column"), cell: (row) => <StateBadges row={row} /> },
    { key: "keep", title: t("recording.keep_until"), cell: (row) => (row.keep_until ? <StackedLastDay end={row.keep_until} /> : <span className="text-solid-gray-700">{t("recording.no_end")}</span>) },
  ];

  if (found.isPending) return <div className="card"><Loading rows={8} /></div>;
  if (found.isError) return <ProblemBanner error={found.error} onRetry={() => void found.refetch()} />;
  return (
    <section aria-label={t("recordings.results")}>
      <div className="mb-2 flex flex-wrap items-center justify-between gap-2">
        <p role="status" className="text-dns-16N-130">
          {t(found.hasNextPage ? "state.shown_more" : "state.shown_all", { count: rows.length })}
        </p>
        <div className="flex flex-wrap gap-2">
          {rows.length > 0 && actions}
          <CopyButton label={t("search.copy_link")} text={() => window.location.href} />
        </div>
      </div>
      <div className="card overflow-hidden">
        {rows.length === 0 ? (
          <Empty title={t("recordings.none")}>
            <p>{t("search.none_hint")}</p>
            {onClear !== undefined && (
              <Button className="mt-4" onClick={onClear}>
                {t("search.clear")}
              </Button>
            )}
          </Empty>
        ) : (
          <DataTable
            caption={t("recordings.results")}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            group={(row) => ({ key: civil(row.started_at).day, heading: longDay(row.started_at, language) })}
            onRowClick={(row) => void navigate({ to: "/recordings/$recordingId", params: { recordingId: row.id } })}
          />
        )}
      </div>
      <MoreButton found={found} />
    </section>
  );
}

/** What a clerk must know of a recording before opening it. */
export function StateBadges({ row }: { row: RecordingSummary }) {
  const { t, word } = useI18n();
  const quiet = row.state === "primary" || row.state === "secondary";
  if (row.state === "primary" && row.gap_count === 0 && row.line_proved && row.active_holds === 0 && !row.announcement_owed) return null;
  return (
    <span className="flex flex-wrap gap-1">
      {!quiet && <Badge tone={row.state === "recording" ? "blue" : row.state === "failed" || row.state === "quarantined" ? "red" : "neutral"}>{word("recording.state", row.state)}</Badge>}
      {row.state === "secondary" && <Badge>{word("recording.state", row.state)}</Badge>}
      {row.gap_count > 0 && (
        <Badge tone="yellow" title={t("recording.gaps_title", { count: row.gap_count, length: duration(row.lost_seconds) })}>
          {t("recording.gaps", { count: row.gap_count })}
        </Badge>
      )}
      {row.announcement_owed && <Badge tone="yellow">{t("announcement.owed_short")}</Badge>}
      {!row.line_proved && <Badge tone="yellow">{t("recording.unproved")}</Badge>}
      {row.active_holds > 0 && (
        <Badge tone="blue" icon="lock">
          {t("recording.held")}
        </Badge>
      )}
    </span>
  );
}
