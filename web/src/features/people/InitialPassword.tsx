/** The initial password, shown this one time. */
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { CopyButton } from "../../components/CopyButton/CopyButton";
import { Dialog } from "../../components/Dialog/Dialog";
import { useI18n } from "../../i18n/language";

export function InitialPassword({ loginId, name, password, onClose }: { loginId: string; name: string; password: string; onClose(): void }) {
  const { t } = useI18n();
  return (
    <Dialog
      title={t("people.initial_title", { name })}
      onClose={onClose}
      footer={
        <Button look="solid" onClick={onClose}>
          {t("people.initial_done")}
        </Button>
      }
    >
      <Banner tone="warning" title={t("people.initial_once")}>
        <p>{t("people.initial_hint")}</p>
      </Banner>
      <dl className="mt-4 space-y-3">
        <div>
          <dt className="text-dns-14N-130 text-solid-gray-700">{t("sign_in.login_id")}</dt>
          <dd className="flex flex-wrap items-center gap-3">
            <code className="font-mono text-std-18N-160">{loginId}</code>
            <CopyButton text={loginId} />
          </dd>
        </div>
        <div>
          <dt className="text-dns-14N-130 text-solid-gray-700">{t("people.initial_password")}</dt>
          <dd className="flex flex-wrap items-center gap-3">
            <code data-testid="initial-password" className="rounded-8 border border-solid-gray-420 bg-solid-gray-50 px-3 py-1 font-mono text-std-20B-150 tracking-wider">
              {password}
            </code>
            <CopyButton text={password} label={t("people.copy_password")} />
          </dd>
        </div>
      </dl>
    </Dialog>
  );
}
