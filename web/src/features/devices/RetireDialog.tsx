/** Takes a device out of use from a day on. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Device } from "../../api/types";
import { ConfirmDialog } from "../../components/Dialog/Dialog";
import { TextField } from "../../components/Field/Field";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { civil } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { retireDevice } from "./api";

export function RetireDialog({ device, onClose }: { device: Device; onClose(): void }) {
  const { t } = useI18n();
  const queries = useQueryClient();
  const [from, setFrom] = useState(civil(Date.now()).day);
  const retire = useMutation({
    mutationFn: () => retireDevice(device, from),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["devices"] });
      onClose();
    },
  });
  return (
    <ConfirmDialog title={t("devices.retire_title", { name: device.name })} confirm={t("devices.retire")} busy={retire.isPending} onConfirm={() => from !== "" && retire.mutate()} onClose={onClose}>
      <p className="mb-4">{t("devices.retire_text")}</p>
      <TextField label={t("devices.retire_from")} required type="date" className="max-w-48" value={from} onChange={(event) => setFrom(event.target.value)} />
      {retire.isError && <ProblemBanner error={retire.error} className="mt-3" />}
    </ConfirmDialog>
  );
}
