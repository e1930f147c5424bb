/** Everything known of one recording, and the desk to hear it at. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Recording } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Banner } from "../../components/Banner/Banner";
import { Day, DateTime, LastDay } from "../../components/DateTime/DateTime";
import { DirectionMark } from "../../components/Direction/DirectionMark";
import { Fact, Facts } from "../../components/Facts/Facts";
import { Loading } from "../../components/Loading/Loading";
import { Duration, PartyName } from "../../components/Number/Number";
import { PageHeading } from "../../components/PageHeading/PageHeading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { clock, daysBetween, lastDayBefore, longDay } from "../../i18n/civil_time";
import { type I18n, type Language, useI18n } from "../../i18n/language";
import { recordingQuery } from "./api";
import { GapTable } from "./GapTable";
import { Integrity } from "./Integrity";
import { Player } from "./player/Player";
import { StateBadges } from "./RecordingResults";

const GONE: Recording["state"][] = ["destroying", "destroyed"];
const LEAVING: Recording["state"][] = ["due", ...GONE];

export function RecordingView({ id, above, beside }: { id: string; above: ReactNode; beside?: (recording: Recording) => ReactNode }) {
  const { t, text, language } = useI18n();
  const found = useQuery(recordingQuery(id));
  if (found.isPending) return <Loading />;
  if (found.isError)
    return (
      <>
        <PageHeading title={t("recording.title")} above={above} />
        <ProblemBanner error={found.error} onRetry={() => void found.refetch()} />
      </>
    );
  const recording = found.data;
  return (
    <>
      <PageHeading
        above={above}
        title={`${longDay(recording.started_at, language)} ${clock(recording.started_at)}`}
        lead={
          <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <PartyName party={recording.caller} device={recording.device} />
            <span aria-hidden="true">→</span>
            <span className="sr-only">{t("recording.to")}</span>
            <PartyName party={recording.called} device={recording.device} />
            <span className="ml-1">
              <StateBadges row={recording} />
            </span>
          </span>
        }
      />
      {recording.doubts.length > 0 && (
        <Banner tone="warning" title={t("recording.doubts")} className="mb-4">
          <ul className="list-disc pl-5">
            {recording.doubts.map((doubt) => (
              <li key={doubt.ja}>{text(doubt)}</li>
            ))}
          </ul>
        </Banner>
      )}
      <div className="space-y-5">
        <Player recording={recording} />
        <div className="grid items-start gap-5 xl:grid-cols-2">
          <div className="space-y-5">
            <CallFacts recording={recording} />
            {!GONE.includes(recording.state) && <GapTable gaps={recording.gaps} />}
          </div>
          <div className="space-y-5">
            <RetentionFacts recording={recording} />
            {beside?.(recording)}
            <Integrity recording={recording} />
          </div>
        </div>
      </div>
    </>
  );
}

function CallFacts({ recording }: { recording: Recording }) {
  const { t, text, word } = useI18n();
  return (
    <section aria-labelledby="call-facts" className="card px-5 py-4">
      <h2 id="call-facts" className="mb-1 text-std-18B-160">
        {t("recording.call")}
      </h2>
      <Facts>
        <Fact name={t("call.started")}>
          <DateTime at={recording.started_at} seconds />
        </Fact>
        <Fact name={t("call.ended")}>{recording.ended_at ? <DateTime at={recording.ended_at} seconds /> : t("call.in_progress")}</Fact>
        <Fact name={t("call.duration")}>
          <Duration seconds={recording.duration_seconds} />
        </Fact>
        <Fact name={t("call.direction")}>
          <DirectionMark direction={recording.direction} />
        </Fact>
        <Fact name={t("call.line")}>{recording.line ? text(recording.line.name) : t("call.line_unknown")}</Fact>
        <Fact name={t("call.department")}>{recording.department ? text(recording.department.name) : "—"}</Fact>
        {recording.device && (
          <Fact name={t("call.device")}>
            {recording.device.name}
            <span className="block text-dns-14N-130 text-solid-gray-700">{recording.device.place}</span>
          </Fact>
        )}
        {recording.legs.map((leg) => (
          <Fact key={leg.channel} name={leg.role === "caller" ? t("call.caller") : t("call.called")}>
            <PartyName party={leg} device={recording.device} />
            <span className="block text-dns-14N-130 text-solid-gray-700">
              {t(leg.channel === 0 ? "recording.left" : "recording.right")} · {t(leg.proved ? "recording.leg_proved" : "recording.leg_unproved")}
            </span>
          </Fact>
        ))}
        <Fact name={t("call.connection")}>{recording.connection?.name ?? "—"}</Fact>
        <Fact name={t("recording.why")}>
          {text(recording.decision.sentence)} <Article of={recording.decision} />
        </Fact>
        {recording.outcome && (
          <Fact name={t("recording.outcome_label")}>
            {word("recording.outcome", recording.outcome)}
            {recording.outcome_cause ? ` (${recording.outcome_cause})` : ""}
          </Fact>
        )}
      </Facts>
    </section>
  );
}

/** Until when and why in one sentence: what holds it comes before any date. */
function keptBecause(recording: Recording, t: I18n["t"], language: Language): string {
  const { retention, state, keeping } = recording;
  const article = language === "en" ? t("article.short", { article: retention.article }) : retention.article_label;
  // an erasure and a full store rest on articles of their own
  const due = keeping.due_article_label ?? article;
  if (GONE.includes(state)) return t("recording.kept_gone", { article: due });
  if (recording.active_holds > 0) return t("recording.kept_held", { count: recording.active_holds });
  if (state === "due") return t(keeping.due_reason === "erasure" ? "recording.kept_due_erasure" : keeping.due_reason === "capacity" ? "recording.kept_due_capacity" : "recording.kept_due", { article: due });
  if (retention.keep_until) return t("recording.kept_until", { day: longDay(lastDayBefore(retention.keep_until), language), article });
  return t("recording.kept_no_date", { article });
}

function RetentionFacts({ recording }: { recording: Recording }) {
  const { t, text, language } = useI18n();
  const { retention } = recording;
  const left = retention.keep_until ? daysBetween(Date.now(), lastDayBefore(retention.keep_until)) : undefined;
  return (
    <section aria-labelledby="retention" className="card px-5 py-4">
      <h2 id="retention" className="mb-1 text-std-18B-160">
        {t("recording.retention")}
      </h2>
      <p className="mb-1 text-std-16N-170">{keptBecause(recording, t, language)}</p>
      <Facts>
        <Fact name={t("recording.keep_until")}>
          {retention.keep_until ? (
            <>
              <strong>
                <LastDay end={retention.keep_until} />
              </strong>
              {left !== undefined && left >= 0 && (!LEAVING.includes(recording.state) || recording.active_holds > 0) && <span className="block text-dns-14N-130 text-solid-gray-700">{t("recording.days_left", { days: left })}</span>}
            </>
          ) : (
            t("recording.no_end")
          )}
        </Fact>
        {retention.keep_at_least_until && (
          <Fact name={t("recording.keep_at_least")}>
            <LastDay end={retention.keep_at_least_until} />
          </Fact>
        )}
        {retention.secondary_from && (
          <Fact name={t("recording.secondary_from")}>
            <Day at={retention.secondary_from} />
          </Fact>
        )}
        <Fact name={t("article.ground")}>
          <Article of={retention} /> {text(retention.sentence)}
        </Fact>
      </Facts>
    </section>
  );
}
