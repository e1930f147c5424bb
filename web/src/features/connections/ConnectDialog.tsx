/** Makes a connection: first which way in, then what that way needs. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { ProblemError } from "../../api/problem";
import type { ConnectionKind, ConnectionMade } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { connect } from "./api";
import { ConnectionFields } from "./ConnectionFields";
import { connectRequest, type Draft, emptyDraft, faultsOf, KINDS } from "./draft";

const NONE: ReadonlySet<keyof Draft> = new Set();

export function ConnectDialog({ onClose, onMade }: { onClose(): void; onMade(made: ConnectionMade): void }) {
  const { t, word } = useI18n();
  const form = useId();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<Draft>(emptyDraft);
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () => connect(connectRequest(draft)),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ["connections"] });
      onMade(made);
    },
  });
  const faults = faultsOf(draft, false);
  const refused = (field: string) => (save.error instanceof ProblemError ? save.error.fieldMessage(field) : undefined);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (faults.size === 0) save.mutate();
    else focusFirstError(event.currentTarget);
  };
  const choose = (kind: ConnectionKind) => setDraft((now) => ({ ...now, kind }));
  return (
    <Dialog
      title={t("connections.connect_title")}
      onClose={onClose}
      wide
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
      <form id={form} noValidate onSubmit={submit} className="space-y-5">
        <fieldset>
          <legend className="mb-2 text-dns-16B-130">{t("connections.kind")}</legend>
          <div className="grid gap-2 sm:grid-cols-2">
            {KINDS.map((kind) => (
              <label key={kind} className="flex cursor-pointer gap-3 rounded-8 border border-solid-gray-420 px-4 py-3 hover:border-black has-checked:border-blue-900 has-checked:bg-blue-50 has-checked:ring-1 has-checked:ring-blue-900">
                <input type="radio" name="kind" value={kind} checked={draft.kind === kind} onChange={() => choose(kind)} className="mt-1 size-4 shrink-0 accent-blue-900" />
                <span>
                  <span className="block text-dns-16B-130">{word("connections.kinds", kind)}</span>
                  <span className="block text-dns-14N-130 text-solid-gray-800">{word("connections.kinds_support", kind)}</span>
                </span>
              </label>
            ))}
          </div>
        </fieldset>
        <ConnectionFields draft={draft} faults={tried ? faults : NONE} refused={refused} onChange={(part) => setDraft((now) => ({ ...now, ...part }))} />
        {save.isError && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
