/** The page is locked after idleness (KB-6): nothing of it stays on the screen until the password is given again. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { session } from "../api/session";
import type { Me } from "../api/types";
import { Button } from "../components/Button/Button";
import { Icon } from "../components/Icon/Icon";
import { PageHeading } from "../components/PageHeading/PageHeading";
import { SignInForm } from "../features/sign-in/SignInForm";
import { useI18n } from "../i18n/language";
import { PublicFrame } from "./PublicFrame";

export function LockScreen({ me }: { me: Me }) {
  const { t, text } = useI18n();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const other = async () => {
    queries.clear();
    session.set({ kind: "signed-out" });
    await navigate({ to: "/t/$tenant/sign-in", params: { tenant: me.tenant.id } });
  };
  return (
    <PublicFrame narrow>
      <div className="card px-6 py-7 sm:px-8">
        <span className="mb-4 inline-flex size-14 items-center justify-center rounded-full bg-blue-50 text-blue-900">
          <Icon name="lock" size={28} />
        </span>
        <PageHeading title={t("lock.title")} lead={t("lock.lead", { minutes: me.idle_lock_minutes })} />
        <p className="mb-4 rounded-8 bg-solid-gray-50 px-4 py-3">
          {text(me.tenant.name)} {me.person.display_name}
        </p>
        <SignInForm tenant={me.tenant.id} loginId={me.person.login_id} onSignedIn={() => undefined} />
        <Button look="text" className="mt-3 w-full" onClick={() => void other()}>
          {t("lock.other_person")}
        </Button>
      </div>
    </PublicFrame>
  );
}
