/** How the calls of a connection were, today and in the last seven days. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ConnectionFigures, ConnectionHealth as Health } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime } from "../../components/DateTime/DateTime";
import { Fact, Facts } from "../../components/Facts/Facts";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { connectionHealthQuery } from "./api";

type Count = Health["refused"][number];

export function ConnectionHealth({ id }: { id: string }) {
  const { t, word } = useI18n();
  const health = useQuery(connectionHealthQuery(id));
  if (health.isPending) return <div className="card"><Loading /></div>;
  if (health.isError) return <ProblemBanner error={health.error} onRetry={() => void health.refetch()} />;
  const { today, week, account } = health.data;
  return (
    <div className="space-y-6">
      {health.data.reasons.length > 0 && (
        <Banner tone="warning" title={t("connections.attention_title")}>
          <ul className="list-disc space-y-1 pl-5">
            {health.data.reasons.map((reason) => (
              <li key={reason}>
                {word("connections.reasons", reason)}
                <span className="block text-solid-gray-800">{word("connections.reasons_help", reason)}</span>
              </li>
            ))}
          </ul>
        </Banner>
      )}
      <div className="card grid gap-x-8 px-5 py-2 lg:grid-cols-2">
        <Facts>
          <Fact name={t("connections.last_call")}>{health.data.last_call_at ? <DateTime at={health.data.last_call_at} seconds /> : t("connections.none_yet")}</Fact>
          <Fact name={t("connections.last_heard")}>{health.data.last_heard_at ? <DateTime at={health.data.last_heard_at} seconds /> : t("connections.none_yet")}</Fact>
        </Facts>
        <Facts>
          <Fact name={t("connections.calls_today")}>
            <span className="tabular">{t("unrecorded.times", { count: health.data.calls_today })}</span>
          </Fact>
          {account && (
            <Fact name={t("connections.registration")}>
              {word("connections.registration_states", account.state)}
              {account.status_code ? ` (${account.status_code})` : ""}
              {account.since && (
                <span className="block text-dns-14N-130 text-solid-gray-700">
                  <DateTime at={account.since} seconds /> {t("connections.since")}
                </span>
              )}
            </Fact>
          )}
        </Facts>
      </div>
      <section aria-labelledby="quality">
        <h2 id="quality" className="mb-2 text-std-20B-150">
          {t("connections.quality")}
        </h2>
        <div className="card overflow-hidden">
          <Quality today={today} week={week} />
        </div>
      </section>
      <section aria-labelledby="codecs">
        <h2 id="codecs" className="mb-2 text-std-20B-150">
          {t("connections.codecs")}
        </h2>
        <div className="card px-5 py-3">
          <Codecs figures={week} />
        </div>
      </section>
      <Counts id="refused" title={t("connections.refused_title")} none={t("connections.refused_none")} counts={health.data.refused} words="connections.refusals" help="connections.refusals_help" />
      <Counts id="not-kept" title={t("connections.not_kept_title")} none={t("connections.not_kept_none")} counts={health.data.not_kept} words="unrecorded.reasons" />
    </div>
  );
}

function Quality({ today, week }: { today: ConnectionFigures; week: ConnectionFigures }) {
  const { t } = useI18n();
  const shown = (value: number | null | undefined, digits: number, unit: string) => (value === undefined || value === null ? "—" : `${value.toFixed(digits)} ${unit}`);
  const share = (of: ConnectionFigures) => (of.calls_ended === 0 ? "—" : `${((of.speakers_unproved / of.calls_ended) * 100).toFixed(1)} %`);
  const rows = [
    { key: "ended", name: t("connections.calls_ended"), of: (figures: ConnectionFigures) => String(figures.calls_ended) },
    { key: "failed", name: t("connections.calls_failed"), of: (figures: ConnectionFigures) => String(figures.calls_failed) },
    { key: "loss", name: t("connections.loss"), of: (figures: ConnectionFigures) => shown(figures.loss_percent, 2, "%") },
    { key: "jitter", name: t("connections.jitter"), of: (figures: ConnectionFigures) => shown(figures.jitter_ms, 1, "ms") },
    { key: "unproved", name: t("connections.unproved"), of: share },
    { key: "setup", name: t("connections.setup"), of: (figures: ConnectionFigures) => (figures.setup_median_ms ? t("connections.within_ms", { ms: figures.setup_median_ms }) : "—") },
  ];
  const number = (text: string): ReactNode => <span className="tabular">{text}</span>;
  const columns: Column<(typeof rows)[number]>[] = [
    { key: "name", title: t("connections.figure"), rowHeader: true, cell: (row) => row.name },
    { key: "today", title: t("connections.today"), align: "right", cell: (row) => number(row.of(today)) },
    { key: "week", title: t("connections.week"), align: "right", cell: (row) => number(row.of(week)) },
  ];
  return <DataTable caption={t("connections.quality")} columns={columns} rows={rows} rowKey={(row) => row.key} />;
}

function Codecs({ figures }: { figures: ConnectionFigures }) {
  const { t, word } = useI18n();
  const all = figures.codecs.reduce((sum, one) => sum + one.streams, 0);
  if (all === 0) return <p className="py-1 text-solid-gray-700">{t("connections.codecs_none")}</p>;
  return (
    <ul className="space-y-3">
      {figures.codecs.map((one) => (
        <li key={one.codec} className="grid items-center gap-x-4 gap-y-1 sm:grid-cols-[10rem_minmax(0,1fr)_9rem]">
          <span>{word("connections.codec_names", one.codec)}</span>
          <meter className="h-3 w-full" min={0} max={all} value={one.streams} aria-hidden="true" />
          <span className="tabular sm:text-right">{t("connections.codec_share", { share: ((one.streams / all) * 100).toFixed(0), count: one.streams })}</span>
        </li>
      ))}
    </ul>
  );
}

function Counts({ id, title, none, counts, words, help }: { id: string; title: string; none: string; counts: Count[]; words: string; help?: string }) {
  const { t, word } = useI18n();
  const columns: Column<Count>[] = [
    {
      key: "reason",
      title: t("unrecorded.reason"),
      rowHeader: true,
      cell: (row) => (
        <>
          {word(words, row.reason)}
          {help !== undefined && <span className="block text-dns-14N-130 text-solid-gray-700">{word(help, row.reason)}</span>}
        </>
      ),
    },
    { key: "today", title: t("connections.today"), align: "right", cell: (row) => <span className="tabular">{row.today}</span> },
    { key: "week", title: t("connections.week"), align: "right", cell: (row) => <span className="tabular">{row.week}</span> },
  ];
  return (
    <section aria-labelledby={id}>
      <h2 id={id} className="mb-2 text-std-20B-150">
        {title}
      </h2>
      <div className="card overflow-hidden">{counts.length === 0 ? <p className="p-4 text-solid-gray-700">{none}</p> : <DataTable caption={title} columns={columns} rows={counts} rowKey={(row) => row.reason} />}</div>
    </section>
  );
}
