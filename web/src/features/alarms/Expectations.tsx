/** What is expected of each connection: how long it may be silent, whether it announces, a test call that must come. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { can, useMe } from "../../api/session";
import { ProblemError } from "../../api/problem";
import type { Connection, ConnectionWatch } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { DateTime } from "../../components/DateTime/DateTime";
import { Dialog } from "../../components/Dialog/Dialog";
import { TextField } from "../../components/Field/Field";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { telephone } from "../../i18n/telephone";
import { connectionNamesQuery, type Expectation, expectOf, watchesQuery } from "./api";

export function Expectations() {
  const { t } = useI18n();
  const me = useMe();
  const connections = useQuery(connectionNamesQuery);
  const watches = useQuery(watchesQuery);
  const [changing, setChanging] = useState<Connection>();
  if (connections.data === undefined || watches.data === undefined || connections.data.length === 0) return null;
  const of = (connection: Connection) => watches.data.find((watch) => watch.connection_id === connection.id);
  return (
    <section aria-labelledby="expectations" className="card px-5 py-4">
      <h2 id="expectations" className="text-std-18B-160">
        {t("expected_of.title")}
      </h2>
      <p className="mb-2 text-dns-14N-130 text-solid-gray-800">{t("expected_of.lead")}</p>
      <ul className="divide-y divide-line">
        {connections.data.map((connection) => {
          const watch = of(connection);
          return (
            <li key={connection.id} className="flex flex-wrap items-center gap-x-5 gap-y-2 py-3">
              <div className="min-w-0 grow basis-80">
                <h3 className="text-std-16B-170">{connection.name}</h3>
                <p className="text-dns-14N-130 text-solid-gray-800">
                  {watch?.silent_after_minutes == null ? t("expected_of.usual") : t("expected_of.silent_after", { minutes: watch.silent_after_minutes })}
                  {" · "}
                  {watch?.announces ? t("expected_of.announces") : t("expected_of.announces_not")}
                  {" · "}
                  {watch?.canary ? t("expected_of.canary", { number: telephone(watch.canary.number), minutes: watch.canary.every_minutes }) : t("expected_of.no_canary")}
                  {watch?.canary && (
                    <>
                      {" "}
                      ({t("expected_of.canary_last")} {watch.canary_at ? <DateTime at={watch.canary_at} /> : "—"})
                    </>
                  )}
                </p>
              </div>
              {can(me, "connection.manage") && (
                <Button size="xs" onClick={() => setChanging(connection)}>
                  {t("expected_of.change")}
                  <span className="sr-only"> {connection.name}</span>
                </Button>
              )}
            </li>
          );
        })}
      </ul>
      {changing && <ExpectDialog connection={changing} watch={of(changing)} onClose={() => setChanging(undefined)} />}
    </section>
  );
}

function ExpectDialog({ connection, watch, onClose }: { connection: Connection; watch: ConnectionWatch | undefined; onClose(): void }) {
  const { t } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const [silent, setSilent] = useState(watch?.silent_after_minutes == null ? "" : String(watch.silent_after_minutes));
  const [announces, setAnnounces] = useState(watch?.announces ?? false);
  const [number, setNumber] = useState(watch?.canary?.number ?? "");
  const [every, setEvery] = useState(watch?.canary ? String(watch.canary.every_minutes) : "60");
  const save = useMutation({
    mutationFn: () => {
      const expectation: Expectation = { announces };
      if (silent !== "") expectation.silent_after_minutes = Number(silent);
      if (number.trim() !== "") expectation.canary = { number: number.trim(), every_minutes: Number(every) };
      return expectOf(connection.id, expectation);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["connection-watches"] });
      toast(t("expected_of.saved"));
      onClose();
    },
  });
  const refused = (field: string) => (save.error instanceof ProblemError ? save.error.fieldMessage(field) : undefined);
  const known = ["silent_after_minutes", "canary.number", "canary.every_minutes"].some((field) => refused(field) !== undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <Dialog
      title={connection.name}
      onClose={onClose}
      closable={!save.isPending}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t("expected_of.save")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <TextField type="number" min={1} max={10080} label={t("expected_of.silent_label")} support={t("expected_of.silent_support")} value={silent} error={refused("silent_after_minutes")} onChange={(event) => setSilent(event.target.value)} />
        <label className="flex items-start gap-2">
          <input type="checkbox" className="mt-1 size-5" checked={announces} onChange={(event) => setAnnounces(event.target.checked)} />
          <span>
            {t("expected_of.announces_label")}
            <span className="block text-dns-14N-130 text-solid-gray-700">{t("expected_of.announces_support")}</span>
          </span>
        </label>
        <TextField inputMode="tel" autoComplete="off" label={t("expected_of.canary_label")} support={t("expected_of.canary_support")} value={number} error={refused("canary.number")} onChange={(event) => setNumber(event.target.value)} />
        {number.trim() !== "" && <TextField type="number" min={1} max={10080} label={t("expected_of.every_label")} value={every} error={refused("canary.every_minutes")} onChange={(event) => setEvery(event.target.value)} />}
        {save.isError && !known && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
