/** On the page of a recording: whether the other party was told, who says so, and what people ordered while the call went on. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Recording } from "../../api/types";
import { Article } from "../../components/Article/Article";
import { Button } from "../../components/Button/Button";
import { DateTime } from "../../components/DateTime/DateTime";
import { Fact, Facts } from "../../components/Facts/Facts";
import { useToast } from "../../components/Toasts/Toasts";
import { clock } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { AnnouncementStatusBadge } from "./AnnouncementStatusBadge";
import { noteAnnouncement, type Told } from "./api";
import { ToldDialog } from "./ToldDialog";

export function AnnouncementPanel({ recording }: { recording: Recording }) {
  const { t, text, word } = useI18n();
  const toast = useToast();
  const queries = useQueryClient();
  const [asking, setAsking] = useState(false);
  const { announcement } = recording;
  const note = useMutation({
    mutationFn: (told: Told) => noteAnnouncement(recording.id, told),
    onSuccess: async () => {
      setAsking(false);
      toast(t("announcement.noted"));
      await queries.invalidateQueries({ queryKey: ["recording", recording.id] });
    },
  });
  return (
    <section aria-labelledby="announcement" className="card px-5 py-4">
      <h2 id="announcement" className="mb-1 text-std-18B-160">
        {t("announcement.title")}
      </h2>
      <Facts>
        <Fact name={t("announcement.status_label")}>
          <AnnouncementStatusBadge announcement={announcement} />
          {announcement.exception && (
            <span className="mt-1 block">
              {text(announcement.exception.sentence)} <Article of={announcement.exception} />
            </span>
          )}
          {announcement.owed && (
            <span className="mt-1 block">
              {text(announcement.owed.sentence)} <Article of={announcement.owed} />
            </span>
          )}
        </Fact>
        <Fact name={t("announcement.by_label")}>
          {announcement.noted_by ? announcement.noted_by.display_name : word("announcement.by", announcement.by)}
          {announcement.noted_at && (
            <span className="block text-dns-14N-130 text-solid-gray-700">
              <DateTime at={announcement.noted_at} seconds />
            </span>
          )}
        </Fact>
        <Fact name={t("live.start_label")}>{word("live.start", recording.start)}</Fact>
        {recording.orders.length > 0 && (
          <Fact name={t("live.orders")}>
            <ul className="space-y-1">
              {recording.orders.map((order) => (
                <li key={order.id}>
                  <span className="tabular">{clock(order.placed_at, true)}</span> {word("live.order", order.order)}
                  {order.reason ? ` (${word("live.reason", order.reason)})` : ""} — {order.person.display_name}
                  {order.state === "too_late" && <span className="text-solid-gray-700"> · {t("live.too_late")}</span>}
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </Facts>
      {announcement.may_note.allowed && (
        <Button size="sm" className="mt-2" look={announcement.owed ? "solid" : "outline"} onClick={() => setAsking(true)}>
          {t(announcement.status === "not_noted" ? "announcement.do_note" : "announcement.correct")}
        </Button>
      )}
      {asking && (
        <ToldDialog
          title={t("announcement.title")}
          announcement={announcement}
          exceptions={recording.exceptions}
          busy={note.isPending}
          error={note.error}
          choose={(told) => note.mutate(told)}
          onClose={() => {
            note.reset();
            setAsking(false);
          }}
        />
      )}
    </section>
  );
}
