/** One live call: who with whom, whether it is being recorded, and the buttons for it. Start takes two clicks. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { AnnouncementException, CaptureOrder, LiveCall, PauseReason } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { DirectionMark } from "../../components/Direction/DirectionMark";
import { PartyCell } from "../../components/Number/Number";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { clock, duration } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { AnnouncementStatusBadge } from "./AnnouncementStatusBadge";
import { captureOf, noteAnnouncement, order, type Told } from "./api";
import { ReasonDialog } from "./ReasonDialog";
import { ToldDialog } from "./ToldDialog";

const TONES = { waiting: "yellow", running: "red", paused: "yellow", stopped: "neutral" } as const;

export function LiveCallCard({ call, exceptions, now }: { call: LiveCall; exceptions: AnnouncementException[]; now: number }) {
  const { t, text, word } = useI18n();
  const toast = useToast();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<"start" | "note" | "pause" | "stop">();
  const { capture, onItsWay } = captureOf(call);
  const place = useMutation({
    mutationFn: ({ what, ...more }: { what: CaptureOrder; reason?: PauseReason; announcement?: Told }) => order(call.recording_id, what, more),
    onSuccess: (_, { what }) => {
      setAsking(undefined);
      toast(t(`live.ordered.${what}`));
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["live-calls"] }),
  });
  const note = useMutation({
    mutationFn: (told: Told) => noteAnnouncement(call.recording_id, told),
    onSuccess: async () => {
      setAsking(undefined);
      toast(t("announcement.noted"));
      await queries.invalidateQueries({ queryKey: ["live-calls"] });
    },
  });
  const close = () => {
    place.reset();
    note.reset();
    setAsking(undefined);
  };
  const start = () => (call.announcement.owed ? setAsking("start") : place.mutate({ what: "start" }));
  const mayOrder = call.may_order.allowed;
  const busy = place.isPending || onItsWay;
  const name = `${call.caller.number ?? t("call.number_withheld")} → ${call.called.number ?? t("call.number_withheld")}`;
  return (
    <article aria-label={name} className="card px-5 py-4">
      <div className="flex flex-wrap items-center gap-x-6 gap-y-3">
        <div className="w-40 shrink-0">
          <Badge tone={TONES[capture]}>{onItsWay ? t("live.on_its_way", { state: word("live.capture", capture) }) : word("live.capture", capture)}</Badge>
          <p className="tabular mt-1 text-std-20B-150" aria-label={t("live.lasts")}>
            {duration(Math.max(0, Math.floor((now - Date.parse(call.started_at)) / 1000)))}
          </p>
          <p className="text-dns-14N-130 text-solid-gray-700">{t("live.since", { time: clock(call.started_at, true) })}</p>
        </div>
        <div className="min-w-0 grow">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <PartyCell party={call.caller} />
            <span aria-hidden="true">→</span>
            <span className="sr-only">{t("recording.to")}</span>
            <PartyCell party={call.called} />
          </div>
          <p className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1 text-dns-14N-130 text-solid-gray-800">
            <DirectionMark direction={call.direction} />
            <span>{call.line ? text(call.line.name) : t("call.line_unknown")}</span>
            {call.department && <span>{text(call.department.name)}</span>}
            <span>{word("live.start", call.start)}</span>
          </p>
          <p className="mt-2 flex flex-wrap items-center gap-2">
            <AnnouncementStatusBadge announcement={call.announcement} />
            {call.announcement.may_note.allowed && (
              <Button look="text" size="xs" onClick={() => setAsking("note")}>
                {t(call.announcement.status === "not_noted" ? "announcement.do_note" : "announcement.correct")}
              </Button>
            )}
          </p>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          {mayOrder && capture === "waiting" && (
            <Button look="solid" size="md" icon="play" disabled={busy} onClick={start}>
              {t("live.do.start")}
            </Button>
          )}
          {mayOrder && capture === "running" && (
            <Button size="md" icon="pause" disabled={busy} onClick={() => setAsking("pause")}>
              {t("live.do.pause")}
            </Button>
          )}
          {mayOrder && capture === "paused" && (
            <Button look="solid" size="md" icon="play" disabled={busy} onClick={() => place.mutate({ what: "resume" })}>
              {t("live.do.resume")}
            </Button>
          )}
          {mayOrder && (capture === "running" || capture === "paused") && (
            <Button look="danger-outline" size="md" disabled={busy} onClick={() => setAsking("stop")}>
              {t("live.do.stop")}
            </Button>
          )}
          <Link to="/recordings/$recordingId" params={{ recordingId: call.recording_id }} className="link px-2">
            {t("live.details")}
          </Link>
        </div>
      </div>
      {place.isError && asking === undefined && <ProblemBanner error={place.error} className="mt-3" />}
      {asking === "start" && <ToldDialog title={t("live.start_title")} announcement={call.announcement} exceptions={exceptions} busy={place.isPending} error={place.error} choose={(announcement) => place.mutate({ what: "start", announcement })} starts onClose={close} />}
      {asking === "note" && <ToldDialog title={t("announcement.title")} announcement={call.announcement} exceptions={exceptions} busy={note.isPending} error={note.error} choose={(told) => note.mutate(told)} onClose={close} />}
      {(asking === "pause" || asking === "stop") && <ReasonDialog what={asking} busy={place.isPending} error={place.error} choose={(reason) => place.mutate({ what: asking, reason })} onClose={close} />}
    </article>
  );
}
