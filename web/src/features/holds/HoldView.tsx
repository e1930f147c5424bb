/** One preservation hold: why, on whose word, what became of it, and the recordings it rests on. */
import { Link } from "@tanstack/react-router";
import type { Hold, HoldDetail, RecordingSummary } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { type Column, DataTable } from "../../components/DataTable/DataTable";
import { DateTime, Day, StackedDateTime, StackedLastDay } from "../../components/DateTime/DateTime";
import { Fact, Facts } from "../../components/Facts/Facts";
import { PartyCell } from "../../components/Number/Number";
import { useI18n } from "../../i18n/language";

type Act = NonNullable<Hold["extended"]>;

export function HoldView({ hold }: { hold: HoldDetail }) {
  const { t, text } = useI18n();
  return (
    <div className="space-y-5">
      <section aria-label={t("holds.facts")} className="card px-5 py-4">
        <Facts>
          <Fact name={t("holds.ground")}>
            {text(hold.ground.name)} <Article of={hold.ground} />
            {text(hold.ground.sentence) !== "" && <span className="block text-dns-14N-130 text-solid-gray-700">{text(hold.ground.sentence)}</span>}
          </Fact>
          <Fact name={t("holds.reason")}>
            <span className="whitespace-pre-wrap break-words">{hold.reason}</span>
          </Fact>
          <Fact name={t("holds.authority")}>
            <span className="break-words">{hold.authority}</span>
          </Fact>
          <Fact name={t("holds.placed_at")}>
            <DateTime at={hold.placed_at} /> {hold.placed_by.display_name}
          </Fact>
          <Fact name={t("holds.review_on")}>{hold.review_on ? <Day at={`${hold.review_on}T00:00:00+09:00`} /> : t("holds.no_review")}</Fact>
          {hold.extended && <ActFact name={t("holds.extended")} act={hold.extended} />}
          {hold.release_asked && <ActFact name={t("holds.release_asked")} act={hold.release_asked} />}
          {hold.released && <ActFact name={t("holds.released")} act={hold.released} />}
        </Facts>
      </section>
      <section aria-labelledby="hold-recordings" className="card overflow-x-auto">
        <h2 id="hold-recordings" className="px-5 py-4 text-std-18B-160">
          {t("holds.rests_on", { count: hold.recording_count })}
        </h2>
        <RecordingTable recordings={hold.recordings} />
        {hold.not_shown > 0 && <p className="px-5 py-3 text-dns-14N-130 text-solid-gray-700">{t("holds.not_shown", { count: hold.not_shown })}</p>}
      </section>
    </div>
  );
}

function ActFact({ name, act }: { name: string; act: Act }) {
  return (
    <Fact name={name}>
      <DateTime at={act.at} /> {act.person.display_name}
      {act.reason !== "" && <span className="block whitespace-pre-wrap break-words">{act.reason}</span>}
    </Fact>
  );
}

function RecordingTable({ recordings }: { recordings: RecordingSummary[] }) {
  const { t, text, word } = useI18n();
  const columns: Column<RecordingSummary>[] = [
    {
      key: "at",
      title: t("call.time"),
      rowHeader: true,
      cell: (row) => (
        <Link to="/recordings/$recordingId" params={{ recordingId: row.id }} className="link">
          <StackedDateTime at={row.started_at} />
        </Link>
      ),
    },
    { key: "caller", title: t("call.caller"), cell: (row) => <PartyCell party={row.caller} /> },
    { key: "called", title: t("call.called"), cell: (row) => <PartyCell party={row.called} /> },
    { key: "line", title: t("call.line"), cell: (row) => (row.line ? text(row.line.name) : t("call.line_unknown")) },
    { key: "state", title: t("recording.state_column"), cell: (row) => word("recording.state", row.state) },
    { key: "keep", title: t("recording.keep_until"), cell: (row) => (row.keep_until ? <StackedLastDay end={row.keep_until} /> : t("recording.no_end")) },
  ];
  return <DataTable caption={t("holds.recordings")} columns={columns} rows={recordings} rowKey={(row) => row.id} />;
}
