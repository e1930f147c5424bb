/** Changes a connection: everything but its kind and its address. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ProblemError } from "../../api/problem";
import type { ConnectionDetail, ConnectionMade } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { useI18n } from "../../i18n/language";
import { editConnection } from "./api";
import { ConnectionFields } from "./ConnectionFields";
import { type Draft, draftOf, editRequest, faultsOf } from "./draft";

const NONE: ReadonlySet<keyof Draft> = new Set();

export function EditDialog({ connection, onClose, onMade }: { connection: ConnectionDetail; onClose(): void; onMade(made: ConnectionMade): void }) {
  const { t } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => draftOf(connection));
  const [tried, setTried] = useState(false);
  const knowsPassword = connection.account !== undefined && connection.account !== null;
  const save = useMutation({
    mutationFn: () => editConnection(connection.id, editRequest(draft, connection.version)),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["connections"] });
      toast(t("connections.changed"));
      onClose();
      onMade(made);
    },
  });
  const faults = faultsOf(draft, knowsPassword);
  const refused = (field: string) => (save.error instanceof ProblemError ? save.error.fieldMessage(field) : undefined);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (faults.size === 0) save.mutate();
    else focusFirstError(event.currentTarget);
  };
  return (
    <Dialog
      title={t("connections.edit_title", { name: connection.name })}
      onClose={onClose}
      wide
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t("connections.edit_do")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-5">
        <ConnectionFields draft={draft} faults={tried ? faults : NONE} refused={refused} knowsPassword={knowsPassword} onChange={(part) => setDraft((now) => ({ ...now, ...part }))} />
        {save.isError && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
