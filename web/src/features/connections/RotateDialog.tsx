/** Gives a connection a new credential; the old one stays good for a stated time. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ConnectionDetail, ConnectionRotated } from "../../api/types";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { SelectField } from "../../components/Field/Field";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { rotateCredential } from "./api";

const HOURS = [0, 1, 24, 72, 336] as const;

export function RotateDialog({ connection, onClose, onRotated }: { connection: ConnectionDetail; onClose(): void; onRotated(rotated: ConnectionRotated): void }) {
  const { t, word } = useI18n();
  const queries = useQueryClient();
  const [hours, setHours] = useState(24);
  const rotate = useMutation({
    mutationFn: () => rotateCredential(connection.id, hours),
    onSuccess: async (rotated) => {
      await queries.invalidateQueries({ queryKey: ["connections"] });
      onRotated(rotated);
    },
  });
  return (
    <Dialog
      title={t("connections.rotate_title", { name: connection.name })}
      onClose={onClose}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" disabled={rotate.isPending} onClick={() => rotate.mutate()}>
            {t("connections.rotate_do")}
          </Button>
        </>
      }
    >
      <p className="mb-4 text-std-16N-170">{t("connections.rotate_text")}</p>
      <SelectField label={t("connections.overlap")} support={t("connections.overlap_support")} value={String(hours)} onChange={(event) => setHours(Number(event.target.value))}>
        {HOURS.map((choice) => (
          <option key={choice} value={choice}>
            {word("connections.overlaps", `h${choice}`)}
          </option>
        ))}
      </SelectField>
      {rotate.isError && <ProblemBanner error={rotate.error} className="mt-4" />}
    </Dialog>
  );
}
