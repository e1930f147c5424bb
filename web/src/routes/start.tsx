/** /: for whoever comes without a municipality's address. No list of tenants is shown, so none can be counted. */
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { Button } from "../components/Button/Button";
import { TextField } from "../components/Field/Field";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { useI18n } from "../i18n/language";

export function StartPage() {
  const { t } = useI18n();
  const navigate = useNavigate();
  const [tenant, setTenant] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const key = tenant.trim().toLowerCase();
    if (key !== "") void navigate({ to: "/t/$tenant/sign-in", params: { tenant: key } });
  };
  return (
    <div className="card px-6 py-7 sm:px-8">
      <PageHeading title={t("start.title")} lead={t("start.lead")} />
      <form onSubmit={submit} className="space-y-4">
        <TextField label={t("start.tenant")} support={t("start.tenant_support")} required autoCapitalize="none" spellCheck={false} value={tenant} onChange={(event) => setTenant(event.target.value)} />
        <Button type="submit" look="solid" size="md" className="w-full">
          {t("start.go")}
        </Button>
      </form>
    </div>
  );
}
