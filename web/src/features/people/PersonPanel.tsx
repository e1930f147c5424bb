/** One person: their ID, their posts, and what may be done about them. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { can, useMe } from "../../api/session";
import type { Appointment, Person } from "../../api/types";
import { Badge } from "../../components/Badge/Badge";
import { Button } from "../../components/Button/Button";
import { Day, DateTime, LastDay } from "../../components/DateTime/DateTime";
import { ConfirmDialog, Dialog } from "../../components/Dialog/Dialog";
import { Fact, Facts } from "../../components/Facts/Facts";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { AppointDialog } from "./AppointDialog";
import { disablePerson, endAppointment, resetPassword } from "./api";
import { standing } from "./current";
import { Ground } from "./Ground";
import { PersonState } from "./PersonState";
import { PostArticle } from "./PostArticle";

type Asking = { kind: "reset" } | { kind: "disable" } | { kind: "appoint" } | { kind: "end"; appointment: Appointment } | undefined;

export function PersonPanel({ person, onPassword, onClose }: { person: Person; onPassword(person: Person, password: string): void; onClose(): void }) {
  const { t, text } = useI18n();
  const me = useMe();
  const toast = useToast();
  const queries = useQueryClient();
  const [asking, setAsking] = useState<Asking>(undefined);
  const act = useMutation({
    mutationFn: async (what: Exclude<Asking, undefined>) => {
      if (what.kind === "reset") onPassword(person, await resetPassword(person.id));
      if (what.kind === "disable") await disablePerson(person.id);
      if (what.kind === "end") await endAppointment(what.appointment.id);
      return what.kind;
    },
    onSuccess: async (kind) => {
      if (kind !== "reset") toast(t(kind === "disable" ? "people.disabled_done" : "people.ended_done"));
      setAsking(undefined);
      await queries.invalidateQueries({ queryKey: ["people"] });
    },
  });
  const mayIssue = can(me, "person.issue") && person.state !== "disabled";
  const mayAppoint = can(me, "person.appoint") && person.state !== "disabled";
  const close = () => {
    act.reset();
    setAsking(undefined);
  };

  return (
    <Dialog title={person.display_name} place="side" onClose={onClose}>
      <Facts>
        <Fact name={t("sign_in.login_id")}>
          <code className="font-mono">{person.login_id}</code>
        </Fact>
        <Fact name={t("people.state")}>
          <PersonState state={person.state} />
        </Fact>
        <Fact name={t("call.department")}>{person.department ? text(person.department.name) : "—"}</Fact>
        <Fact name={t("people.last_sign_in")}>{person.last_sign_in_at ? <DateTime at={person.last_sign_in_at} /> : t("people.never_signed_in")}</Fact>
      </Facts>

      <div className="mb-2 mt-6 flex items-center justify-between gap-3">
        <h3 className="text-std-18B-160">{t("people.appointments")}</h3>
        {mayAppoint && (
          <Button icon="plus" size="xs" onClick={() => setAsking({ kind: "appoint" })}>
            {t("people.appoint")}
          </Button>
        )}
      </div>
      {person.appointments.length === 0 && <p className="text-solid-gray-700">{t("people.no_post")}</p>}
      <ul className="space-y-3">
        {person.appointments.map((appointment) => {
          const now = standing(appointment, Date.now());
          return (
            <li key={appointment.id} className="rounded-8 border border-line px-4 py-3">
              <p className="flex flex-wrap items-center gap-2 text-dns-16B-130 leading-6">
                {text(appointment.post.name)} <PostArticle postKey={appointment.post.key} />
                {now !== "now" && <Badge>{t(`people.standing.${now}`)}</Badge>}
              </p>
              <p className="mt-1 text-dns-14N-130 leading-5 text-solid-gray-800">
                {appointment.department ? `${text(appointment.department.name)} · ` : ""}
                <Day at={appointment.from} /> {t("people.onwards")} {appointment.until ? <LastDay end={appointment.until} /> : t("people.open_end")}
              </p>
              <p className="text-dns-14N-130 leading-5 text-solid-gray-800">
                {appointment.trained_on ? (
                  <>
                    {t("people.trained_on")} <Day at={appointment.trained_on} />
                  </>
                ) : (
                  t("people.not_trained")
                )}
              </p>
              {mayAppoint && now !== "over" && (
                <Button size="xs" look="danger-outline" className="mt-2" onClick={() => setAsking({ kind: "end", appointment })}>
                  {t("people.end")}
                </Button>
              )}
            </li>
          );
        })}
      </ul>

      {mayIssue && (
        <>
          <h3 className="mb-2 mt-8 text-std-18B-160">{t("people.id_actions")}</h3>
          <Ground capability="person.issue" />
          <div className="mt-3 flex flex-wrap gap-3">
            <Button icon="key" onClick={() => setAsking({ kind: "reset" })}>
              {t("people.reset")}
            </Button>
            {person.id !== me.person.id && (
              <Button look="danger-outline" onClick={() => setAsking({ kind: "disable" })}>
                {t("people.disable")}
              </Button>
            )}
          </div>
        </>
      )}

      {asking?.kind === "appoint" && <AppointDialog person={person} onClose={close} />}
      {asking !== undefined && asking.kind !== "appoint" && (
        <ConfirmDialog
          title={t(`people.confirm.${asking.kind}`, { name: person.display_name })}
          confirm={t(asking.kind === "end" ? "people.end" : asking.kind === "disable" ? "people.disable" : "people.reset")}
          busy={act.isPending}
          onConfirm={() => act.mutate(asking)}
          onClose={close}
        >
          <div className="space-y-3">
            {asking.kind === "end" && (
              <p className="text-std-16B-170">
                {text(asking.appointment.post.name)} <PostArticle postKey={asking.appointment.post.key} />
              </p>
            )}
            <p>{t(`people.confirm_text.${asking.kind}`)}</p>
            <Ground capability={asking.kind === "end" ? "person.appoint" : "person.issue"} />
            {act.isError && <ProblemBanner error={act.error} />}
          </div>
        </ConfirmDialog>
      )}
    </Dialog>
  );
}
