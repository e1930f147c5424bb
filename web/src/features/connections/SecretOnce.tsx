/** Where to point the PBX and what it proves itself with, shown this one time. */
import type { ReactNode } from "react";
import { captureLink } from "../../api/capture_link";
import { useMe } from "../../api/session";
import type { ConnectionSecret } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { DateTime } from "../../components/DateTime/DateTime";
import { Dialog } from "../../components/Dialog/Dialog";
import { useI18n } from "../../i18n/language";

export function SecretOnce({ title, address, secret, previousUntil, onClose }: { title: string; address: string[]; secret?: ConnectionSecret | undefined; previousUntil?: string | undefined; onClose(): void }) {
  const { t } = useI18n();
  const me = useMe();
  return (
    <Dialog
      title={title}
      onClose={onClose}
      wide
      footer={
        <Button look="solid" onClick={onClose}>
          {secret === undefined ? t("connections.to_test") : t("connections.secret_done")}
        </Button>
      }
    >
      {secret === undefined ? (
        <p className="text-std-16N-170">{address.length > 0 ? t("connections.made_hint") : t("connections.made_hint_registration")}</p>
      ) : (
        <Banner tone="warning" title={t("connections.secret_once")}>
          <p>{t("connections.secret_hint")}</p>
        </Banner>
      )}
      {previousUntil !== undefined && (
        <p className="mt-3 text-std-16N-170">
          {t("connections.previous_until_before")} <DateTime at={previousUntil} /> {t("connections.previous_until_after")}
        </p>
      )}
      <dl className="mt-4 space-y-3">
        {address.map((one) => (
          <Shown key={one} name={t("connections.address")} value={one} />
        ))}
        {secret?.kind === "digest" && (
          <>
            <Shown name={t("connections.secret_username")} value={secret.username} />
            <Shown name={t("connections.secret_password")} value={secret.password} testId="connection-secret" />
            <Shown name={t("connections.secret_realm")} value={secret.realm} />
          </>
        )}
        {secret?.kind === "token" && <Shown name={t("connections.secret_token")} value={secret.token} testId="connection-secret" />}
        {secret?.kind === "token" && address[0] !== undefined && <Shown name={t("connections.capture_link")} value={captureLink({ tenant: me.tenant.id, endpoint: address[0], token: secret.token })} />}
      </dl>
    </Dialog>
  );
}

function Shown({ name, value, testId }: { name: ReactNode; value: string; testId?: string }) {
  return (
    <div>
      <dt className="text-dns-14N-130 text-solid-gray-700">{name}</dt>
      <dd className="flex flex-wrap items-center gap-3">
        <code data-testid={testId} className="min-w-0 rounded-8 border border-solid-gray-420 bg-solid-gray-50 px-3 py-1 font-mono text-mono-16N-150 break-all">
          {value}
        </code>
        <CopyButton text={value} />
      </dd>
    </div>
  );
}
