/** Issues a device's token and shows it this one time, with the address to enter in the device. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { captureLink } from "../../api/capture_link";
import { useMe } from "../../api/session";
import type { Device } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { Dialog } from "../../components/Dialog/Dialog";
import { SelectField } from "../../components/Field/Field";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";
import { issueToken } from "./api";

export function TokenDialog({ device, onClose }: { device: Device; onClose(): void }) {
  const { t } = useI18n();
  const me = useMe();
  const queries = useQueryClient();
  const [hours, setHours] = useState(0);
  const issue = useMutation({
    mutationFn: () => issueToken(device, hours),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["devices"] }),
  });
  const issued = issue.data;
  const again = Boolean(device.connection);
  if (issued === undefined) {
    return (
      <Dialog
        title={t("devices.token_title", { name: device.name })}
        onClose={onClose}
        footer={
          <>
            <Button look="text" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button look="solid" onClick={() => issue.mutate()} disabled={issue.isPending}>
              {t(again ? "devices.token_again_do" : "devices.token_do")}
            </Button>
          </>
        }
      >
        <p>{t(again ? "devices.token_again_text" : "devices.token_text")}</p>
        {again && (
          <div className="mt-4">
            <SelectField label={t("devices.token_before")} value={String(hours)} onChange={(event) => setHours(Number(event.target.value))}>
              <option value="0">{t("devices.token_before_now")}</option>
              <option value="24">{t("devices.token_before_day")}</option>
              <option value="168">{t("devices.token_before_week")}</option>
            </SelectField>
          </div>
        )}
        {issue.isError && <ProblemBanner error={issue.error} className="mt-4" />}
      </Dialog>
    );
  }
  return (
    <Dialog
      title={t("devices.token_title", { name: device.name })}
      onClose={onClose}
      footer={
        <Button look="solid" onClick={onClose}>
          {t("devices.token_done")}
        </Button>
      }
    >
      <Banner tone="warning" title={t("devices.token_once")}>
        <p>{t("devices.token_hint")}</p>
      </Banner>
      <dl className="mt-4 space-y-3">
        <div>
          <dt className="text-dns-14N-130 text-solid-gray-700">{t("devices.endpoint")}</dt>
          {issued.endpoint.length === 0 && <dd>{t("devices.endpoint_off")}</dd>}
          {issued.endpoint.map((address) => (
            <dd key={address} className="flex flex-wrap items-center gap-3">
              <code className="min-w-0 font-mono break-all text-mono-16N-150">{address}</code>
              <CopyButton text={address} />
            </dd>
          ))}
        </div>
        <div>
          <dt className="text-dns-14N-130 text-solid-gray-700">{t("devices.token")}</dt>
          <dd className="flex flex-wrap items-center gap-3">
            <code data-testid="device-token" className="min-w-0 rounded-8 border border-solid-gray-420 bg-solid-gray-50 px-3 py-1 font-mono break-all text-mono-16N-150">
              {issued.token}
            </code>
            <CopyButton text={issued.token} label={t("devices.copy_token")} />
          </dd>
        </div>
        {device.kind !== "camera" && issued.endpoint[0] !== undefined && <InBrowser link={captureLink({ tenant: me.tenant.id, endpoint: issued.endpoint[0], token: issued.token })} />}
      </dl>
    </Dialog>
  );
}

/** The page that records in a browser: opened here, or carried to the device. */
function InBrowser({ link }: { link: string }) {
  const { t } = useI18n();
  return (
    <div>
      <dt className="text-dns-14N-130 text-solid-gray-700">{t("devices.capture_link")}</dt>
      <dd>
        <span className="flex flex-wrap items-center gap-3">
          <a href={link} target="_blank" rel="noreferrer" className="link">
            {t("devices.open_capture_link")}
          </a>
          <CopyButton text={link} label={t("devices.copy_capture_link")} />
        </span>
        <span className="mt-1 block text-dns-14N-130 text-solid-gray-700">{t("devices.capture_hint")}</span>
      </dd>
    </div>
  );
}
