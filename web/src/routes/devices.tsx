/** /devices: every recorder, telephone, handset and camera with its place; to be printed as the register it is. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { can, useMe } from "../api/session";
import type { Device } from "../api/types";
import { Button } from "../components/Button/Button";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { ProblemBanner } from "../components/ProblemBanner/ProblemBanner";
import { devicesQuery } from "../features/devices/api";
import { DeviceDialog } from "../features/devices/DeviceDialog";
import { DeviceTable } from "../features/devices/DeviceTable";
import { RetireDialog } from "../features/devices/RetireDialog";
import { TokenDialog } from "../features/devices/TokenDialog";
import { civil } from "../i18n/civil_time";
import { useI18n } from "../i18n/language";

type Open = { kind: "register" } | { kind: "change" | "retire" | "token"; device: Device };

export function DevicesPage() {
  const { t } = useI18n();
  const me = useMe();
  const register = useQuery(devicesQuery);
  const [open, setOpen] = useState<Open | undefined>(undefined);
  const close = () => setOpen(undefined);
  const manage = can(me, "line.manage");
  const today = civil(Date.now()).day;
  const over = ({ in_use_until: until }: Device) => typeof until === "string" && until <= today;
  const used = register.data?.items.filter((device) => !over(device)) ?? [];
  const gone = register.data?.items.filter(over) ?? [];
  const acts = {
    onChange: (device: Device) => setOpen({ kind: "change", device }),
    onRetire: (device: Device) => setOpen({ kind: "retire", device }),
    onToken: (device: Device) => setOpen({ kind: "token", device }),
  };
  const table = (devices: Device[]) => <DeviceTable devices={devices} manage={manage} tokens={can(me, "connection.manage")} acts={acts} />;
  return (
    <>
      <PageHeading
        title={t("devices.title")}
        lead={t("devices.lead")}
        actions={
          <div className="no-print flex flex-wrap gap-3">
            <Button look="outline" onClick={() => window.print()} disabled={used.length === 0}>
              {t("devices.print")}
            </Button>
            {manage && register.data !== undefined && register.data.rules.length > 0 && (
              <Button look="solid" icon="plus" onClick={() => setOpen({ kind: "register" })}>
                {t("devices.register")}
              </Button>
            )}
          </div>
        }
      />
      {register.isError && <ProblemBanner error={register.error} onRetry={() => void register.refetch()} />}
      {register.data !== undefined && (
        <div className="space-y-8">
          {used.length > 0 ? <div className="card overflow-x-auto">{table(used)}</div> : <p className="card px-5 py-8 text-center">{t(register.data.rules.length > 0 ? "devices.none" : "devices.none_named")}</p>}
          {gone.length > 0 && (
            <section aria-labelledby="devices-gone">
              <h2 id="devices-gone" className="mb-3 text-std-20B-150">
                {t("devices.gone")}
              </h2>
              <div className="card overflow-x-auto">{table(gone)}</div>
            </section>
          )}
        </div>
      )}
      {register.data !== undefined && open?.kind === "register" && <DeviceDialog register={register.data} device={undefined} onClose={close} />}
      {register.data !== undefined && open?.kind === "change" && <DeviceDialog register={register.data} device={open.device} onClose={close} />}
      {open?.kind === "retire" && <RetireDialog device={open.device} onClose={close} />}
      {open?.kind === "token" && <TokenDialog device={open.device} onClose={close} />}
    </>
  );
}
