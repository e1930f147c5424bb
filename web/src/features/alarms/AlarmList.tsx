/** What is wrong now, and what was. Alarms open and close by rule; a person takes one up and writes down what is done. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { can, useMe } from "../../api/session";
import type { Alarm } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { DateTime } from "../../components/DateTime/DateTime";
import { Dialog } from "../../components/Dialog/Dialog";
import { TextArea } from "../../components/Field/Field";
import { Icon } from "../../components/Icon/Icon";
import { Loading } from "../../components/Loading/Loading";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { acknowledge, alarmsQuery } from "./api";

export function AlarmList() {
  const { t } = useI18n();
  const alarms = useQuery(alarmsQuery);
  if (alarms.isPending) return <div className="card"><Loading /></div>;
  if (alarms.data === undefined) return <ProblemBanner error={alarms.error} onRetry={() => void alarms.refetch()} />;
  const open = alarms.data.items.filter((alarm) => alarm.closed_at == null);
  const past = alarms.data.items.filter((alarm) => alarm.closed_at != null);
  return (
    <>
      <section aria-labelledby="open-alarms" className="mb-6">
        <h2 id="open-alarms" className="mb-2 text-std-20B-150">
          {t("alarms.open", { count: open.length })}
        </h2>
        {open.length === 0 ? (
          <p className="card flex items-center gap-2 px-5 py-4">
            <Icon name="success" className="text-success-2" />
            {t("alarms.none")}
          </p>
        ) : (
          <ul className="space-y-3">
            {open.map((alarm) => (
              <AlarmRow key={alarm.id} alarm={alarm} />
            ))}
          </ul>
        )}
      </section>
      {past.length > 0 && (
        <section aria-labelledby="past-alarms" className="mb-6">
          <h2 id="past-alarms" className="mb-2 text-std-20B-150">
            {t("alarms.past")}
          </h2>
          <ul className="card divide-y divide-line">
            {past.map((alarm) => (
              <PastRow key={alarm.id} alarm={alarm} />
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function AlarmRow({ alarm }: { alarm: Alarm }) {
  const { t, text } = useI18n();
  const me = useMe();
  const [asking, setAsking] = useState(false);
  const taken = alarm.acknowledged;
  return (
    <li className="card flex flex-wrap items-start gap-x-5 gap-y-3 px-5 py-4">
      <Icon name={taken ? "note" : "warning"} size={24} className={taken ? "text-blue-900" : "text-error-1"} />
      <div className="min-w-0 grow basis-80">
        <h3 className="text-std-18B-160">
          {text(alarm.name)}
          {alarm.subject && <span className="ml-2 text-std-16N-170">{alarm.subject}</span>}
        </h3>
        <p className="mt-0.5">{text(alarm.advice)}</p>
        <p className="mt-1 text-dns-14N-130 text-solid-gray-800">
          {t("alarms.since")} <DateTime at={alarm.opened_at} seconds />
          {alarm.figure != null && <span className="ml-3">{t(alarm.kind === "spool_filling" ? "alarms.percent" : "alarms.count", { figure: alarm.figure })}</span>}
        </p>
        {taken && (
          <p className="mt-2 border-l-4 border-blue-300 pl-3">
            <Badge tone="blue">{t("alarms.taken")}</Badge> {taken.by.display_name} · <DateTime at={taken.at} />
            <span className="block whitespace-pre-wrap">{taken.note}</span>
          </p>
        )}
      </div>
      {can(me, "connection.manage") && (
        <Button look={taken ? "outline" : "solid"} onClick={() => setAsking(true)}>
          {t(taken ? "alarms.note_again" : "alarms.take_up")}
        </Button>
      )}
      {asking && <TakeUpDialog alarm={alarm} onClose={() => setAsking(false)} />}
    </li>
  );
}

function PastRow({ alarm }: { alarm: Alarm }) {
  const { t, text } = useI18n();
  return (
    <li className="flex flex-wrap gap-x-4 gap-y-0.5 px-5 py-3">
      <span className="min-w-0 grow basis-72">
        {text(alarm.name)} {alarm.subject}
      </span>
      <span className="text-dns-14N-130 text-solid-gray-800">
        <DateTime at={alarm.opened_at} /> – {alarm.closed_at && <DateTime at={alarm.closed_at} />}
      </span>
      {alarm.acknowledged && (
        <span className="basis-full text-dns-14N-130 text-solid-gray-800">
          {t("alarms.taken")}: {alarm.acknowledged.by.display_name} {alarm.acknowledged.note}
        </span>
      )}
    </li>
  );
}

function TakeUpDialog({ alarm, onClose }: { alarm: Alarm; onClose(): void }) {
  const { t, text } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => acknowledge(alarm.id, note.trim()),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["alarms"] });
      toast(t("alarms.taken_up"));
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (note.trim() !== "") save.mutate();
  };
  return (
    <Dialog
      title={text(alarm.name)}
      onClose={onClose}
      closable={!save.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t("alarms.take_up")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <p>{t("alarms.take_up_text")}</p>
        <TextArea label={t("alarms.note")} required rows={3} maxLength={500} value={note} error={tried && note.trim() === "" ? t("alarms.note_needed") : undefined} onChange={(event) => setNote(event.target.value)} />
        {save.isError && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
