/** Enters a device in the register, or changes one. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { departmentsQuery } from "../../api/lookups";
import { ProblemError } from "../../api/problem";
import type { Device, DeviceEntry, DeviceRegister } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { Dialog } from "../../components/Dialog/Dialog";
import { Segmented, SelectField, TextArea, TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useToast } from "../../components/Toasts/Toasts";
import { civil } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { changeDevice, registerDevice } from "./api";

export function DeviceDialog({ register, device, onClose }: { register: DeviceRegister; device: Device | undefined; onClose(): void }) {
  const { t, text } = useI18n();
  const form = useId();
  const toast = useToast();
  const queries = useQueryClient();
  const departments = useQuery(departmentsQuery);
  const [rule, setRule] = useState(device?.rule_key ?? register.rules[0]?.key ?? "");
  const [entry, setEntry] = useState({
    number: device?.number ?? "",
    name: device?.name ?? "",
    place: device?.place ?? "",
    department: device?.department?.id ?? "",
    digits: device?.digits ?? "",
    start: device?.start ?? ("automatic" as const),
    notice: device?.notice ?? "",
    notice_place: device?.notice_place ?? "",
    in_use_from: device?.in_use_from ?? civil(Date.now()).day,
  });
  const [tried, setTried] = useState(false);
  const chosen = register.rules.find((one) => one.key === rule);
  const put = (part: Partial<typeof entry>) => setEntry((before) => ({ ...before, ...part }));
  const save = useMutation({
    mutationFn: () => {
      const { department, digits, ...rest } = entry;
      const written: DeviceEntry = { ...rest, ...(department === "" ? {} : { department }), ...(digits.trim() === "" ? {} : { digits: digits.trim() }) };
      return device === undefined ? registerDevice(rule, written) : changeDevice(device, written);
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["devices"] });
      toast(t(device === undefined ? "devices.registered" : "devices.changed"));
      onClose();
    },
  });
  const refused = (field: string) => (save.error instanceof ProblemError ? save.error.fieldMessage(`entry.${field}`) : undefined);
  const missing = (field: "number" | "name" | "place") => (tried && entry[field].trim() === "" ? t("devices.needed") : refused(field));
  const departmentMissing = tried && chosen?.department_needed === true && entry.department === "";
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    const whole = entry.number.trim() !== "" && entry.name.trim() !== "" && entry.place.trim() !== "" && entry.in_use_from !== "";
    if (whole && !(chosen?.department_needed === true && entry.department === "")) save.mutate();
    else focusFirstError(event.currentTarget);
  };
  return (
    <Dialog
      wide
      title={t(device === undefined ? "devices.register_title" : "devices.change_title")}
      onClose={onClose}
      footer={
        <>
          <Button look="text" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button look="solid" type="submit" form={form} disabled={save.isPending}>
            {t(device === undefined ? "devices.register_do" : "devices.change_do")}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        {device === undefined && (
          <SelectField label={t("devices.rule")} support={chosen === undefined ? undefined : `${chosen.article_label} ${text(chosen.place)}`} required value={rule} onChange={(event) => setRule(event.target.value)}>
            {register.rules.map((one) => (
              <option key={one.key} value={one.key}>
                {text(one.name)}
              </option>
            ))}
          </SelectField>
        )}
        <div className="grid gap-4 sm:grid-cols-[9rem_minmax(0,1fr)]">
          <TextField label={t("devices.number")} required maxLength={20} value={entry.number} error={missing("number")} onChange={(event) => put({ number: event.target.value })} />
          <TextField label={t("devices.name")} support={t("devices.name_support")} required maxLength={100} value={entry.name} error={missing("name")} onChange={(event) => put({ name: event.target.value })} />
        </div>
        <TextField label={t("devices.place")} support={t("devices.place_support")} required maxLength={200} value={entry.place} error={missing("place")} onChange={(event) => put({ place: event.target.value })} />
        <SelectField label={t("devices.department")} required={chosen?.department_needed === true} optional={chosen?.department_needed !== true} value={entry.department} error={departmentMissing ? t("devices.department_needed") : refused("department")} onChange={(event) => put({ department: event.target.value })}>
          <option value="">{t("devices.no_department")}</option>
          {departments.data?.map((one) => (
            <option key={one.id} value={one.id}>
              {text(one.name)}
            </option>
          ))}
        </SelectField>
        {(chosen?.kind === "handset" || chosen?.kind === "telephone") && <TextField label={t("devices.digits")} support={t("devices.digits_support")} optional inputMode="tel" maxLength={32} value={entry.digits} error={refused("digits")} onChange={(event) => put({ digits: event.target.value })} />}
        {register.on_demand && (
          <>
            <Segmented
              legend={t("devices.start")}
              name="start"
              value={entry.start}
              options={[
                { value: "automatic", label: t("devices.start_automatic") },
                { value: "on_demand", label: t("devices.start_on_demand") },
              ]}
              onChange={(start) => put({ start })}
            />
            {entry.start === "on_demand" && (
              <Banner tone="note" title={t("devices.told_first")}>
                <p>{register.told_first ? text(register.told_first) : t("devices.told_first_text")}</p>
              </Banner>
            )}
          </>
        )}
        <TextArea label={t("devices.notice")} support={t("devices.notice_support")} optional rows={2} maxLength={1000} value={entry.notice} error={refused("notice")} onChange={(event) => put({ notice: event.target.value })} />
        <TextField label={t("devices.notice_place")} support={t("devices.notice_place_support")} optional maxLength={200} value={entry.notice_place} error={refused("notice_place")} onChange={(event) => put({ notice_place: event.target.value })} />
        <TextField label={t("devices.in_use_from")} required type="date" className="max-w-48" value={entry.in_use_from} error={tried && entry.in_use_from === "" ? t("devices.needed") : undefined} onChange={(event) => put({ in_use_from: event.target.value })} />
        {save.isError && <ProblemBanner error={save.error} />}
      </form>
    </Dialog>
  );
}
