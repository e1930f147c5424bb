/** Makes a connection: a name, the networks its calls may come from, a line for calls that name none. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { linesQuery } from "../../api/lookups";
import { ProblemError } from "../../api/problem";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { SelectField, TextArea, TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { connect } from "./api";
import { readNetworks } from "./networks";

export function ConnectDialog({ onClose }: { onClose(): void }) {
  const { t, text } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const lines = useQuery(linesQuery);
  const [name, setName] = useState("");
  const [typed, setTyped] = useState("");
  const [line, setLine] = useState("");
  const [tried, setTried] = useState(false);
  const { networks, wrong } = readNetworks(typed);
  const save = useMutation({
    mutationFn: () => connect({ name: name.trim(), networks, ...(line === "" ? {} : { default_line: line }) }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["connections"] });
      toast(t("connections.made"));
      onClose();
    },
  });
  const refused = (field: string) => (save.error instanceof ProblemError ? save.error.fieldMessage(field) : undefined);
  const networksError = !tried ? undefined : wrong.length > 0 ? t("connections.networks_wrong", { list: wrong.join(", ") }) : networks.length === 0 ? t("connections.networks_needed") : refused("networks");
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (name.trim() !== "" && networks.length > 0 && wrong.length === 0) save.mutate();
    else focusFirstError(event.currentTarget);
  };
  return (
    <Dialog
      title={t("connections.connect_title")}
      onClose={onClose}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t("connections.connect_do")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <TextField label={t("connections.name")} support={t("connections.name_support")} required maxLength={100} value={name} error={tried && name.trim() === "" ? t("connections.name_needed") : refused("name")} onChange={(event) => setName(event.target.value)} />
        <TextArea label={t("connections.networks")} support={t("connections.networks_support")} required rows={3} spellCheck={false} className="font-mono" value={typed} error={networksError} onChange={(event) => setTyped(event.target.value)} />
        <SelectField label={t("connections.default_line")} support={t("connections.default_line_support")} optional value={line} error={refused("default_line")} onChange={(event) => setLine(event.target.value)}>
          <option value="">{t("connections.no_default_line")}</option>
          {lines.data?.map((entry) => (
            <option key={entry.key} value={entry.key}>
              {text(entry.name)}
            </option>
          ))}
        </SelectField>
        {save.isError && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
