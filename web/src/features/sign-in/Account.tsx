/** The person's own account: posts, password, session. */
import { useMe } from "../../api/session";
import { Banner } from "../../components/Banner/Banner";
import { Day, DateTime, LastDay } from "../../components/DateTime/DateTime";
import { Fact, Facts } from "../../components/Facts/Facts";
import { LanguageSwitch } from "../../components/LanguageSwitch/LanguageSwitch";
import { useToast } from "../../components/Toasts/Toasts";
import { daysBetween } from "../../i18n/civil_time";
import { useI18n } from "../../i18n/language";
import { PasswordForm } from "./PasswordForm";

export function Account() {
  const { t, text } = useI18n();
  const me = useMe();
  const toast = useToast();
  const left = me.password_expires_at ? daysBetween(Date.now(), me.password_expires_at) : undefined;
  return (
    <>
      {left !== undefined && left <= 14 && (
        <Banner tone="warning" className="mb-5" title={t("me.password_soon", { days: Math.max(0, left) })}>
          <p>{t("me.password_soon_hint")}</p>
        </Banner>
      )}
      <div className="grid items-start gap-5 xl:grid-cols-2">
        <section aria-labelledby="account" className="card px-5 py-4">
          <h2 id="account" className="mb-1 text-std-18B-160">
            {t("me.account")}
          </h2>
          <Facts>
            <Fact name={t("people.name")}>{me.person.display_name}</Fact>
            <Fact name={t("sign_in.login_id")}>
              <code className="font-mono">{me.person.login_id}</code>
            </Fact>
            <Fact name={t("me.tenant")}>{text(me.tenant.name)}</Fact>
            <Fact name={t("people.appointments")}>
              {me.appointments.length === 0 ? (
                t("people.no_post")
              ) : (
                <ul className="space-y-1">
                  {me.appointments.map((appointment) => (
                    <li key={appointment.id}>
                      {text(appointment.post.name)}
                      {appointment.department ? ` (${text(appointment.department.name)})` : ""}
                      <span className="block text-dns-14N-130 text-solid-gray-700">
                        <Day at={appointment.from} /> {t("people.onwards")} {appointment.until ? <LastDay end={appointment.until} /> : t("people.open_end")}
                      </span>
                    </li>
                  ))}
                </ul>
              )}
            </Fact>
            <Fact name={t("me.password_expires")}>{me.password_expires_at ? <DateTime at={me.password_expires_at} /> : t("me.password_no_end")}</Fact>
            <Fact name={t("me.session_expires")}>
              <DateTime at={me.session_expires_at} />
            </Fact>
            <Fact name={t("me.idle_lock")}>{t("me.idle_lock_after", { minutes: me.idle_lock_minutes })}</Fact>
            <Fact name={t("language.label")}>
              <LanguageSwitch />
            </Fact>
          </Facts>
        </section>
        <section aria-labelledby="password" className="card px-5 py-4">
          <h2 id="password" className="mb-3 text-std-18B-160">
            {t("password.title")}
          </h2>
          <PasswordForm onChanged={() => toast(t("password.changed"))} />
        </section>
      </div>
    </>
  );
}
