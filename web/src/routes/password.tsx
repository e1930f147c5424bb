/** /password: the change that must come before anything else. */
import { useNavigate } from "@tanstack/react-router";
import { session } from "../api/session";
import { signOut } from "../api/sign_in";
import { Button } from "../components/Button/Button";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { PasswordForm } from "../features/sign-in/PasswordForm";
import { useI18n } from "../i18n/language";
import { homeOf } from "./navigation";

export function PasswordPage() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const leave = async () => {
    const now = session.get();
    const tenant = now.kind === "signed-in" ? now.me.tenant.id : undefined;
    await signOut();
    await (tenant === undefined ? navigate({ to: "/" }) : navigate({ to: "/t/$tenant/sign-in", params: { tenant } }));
  };
  return (
    <div className="card px-6 py-7 sm:px-8">
      <PageHeading title={t("password.first_title")} lead={t("password.first_lead")} />
      <PasswordForm
        onChanged={() => {
          const now = session.get();
          void navigate({ to: now.kind === "signed-in" ? homeOf(now.me.capabilities) : "/" });
        }}
      />
      <Button look="text" className="-ml-4 mt-4" onClick={() => void leave()}>
        {t("nav.sign_out")}
      </Button>
    </div>
  );
}
