/** /me: one's own account. */
import { PageHeading } from "../components/PageHeading/PageHeading";
import { Account } from "../features/sign-in/Account";
import { useI18n } from "../i18n/language";

export function MePage() {
  const { t } = useI18n();
  return (
    <>
      <PageHeading title={t("me.title")} />
      <Account />
    </>
  );
}
