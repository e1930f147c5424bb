/** ID and password. A refusal says the same whatever was wrong. */
import { type FormEvent, useRef, useState } from "react";
import { ProblemError } from "../../api/problem";
import { signIn } from "../../api/sign_in";
import type { Me } from "../../api/types";
import { Banner } from "../../components/Banner/Banner";
import { Button } from "../../components/Button/Button";
import { TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";

export function SignInForm({ tenant, onSignedIn, loginId: fixedId }: { tenant: string; onSignedIn(me: Me): void; loginId?: string }) {
  const { t } = useI18n();
  const [loginId, setLoginId] = useState(fixedId ?? "");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const passwordField = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (loginId.trim() === "" || password === "") return focusFirstError(event.currentTarget);
    setBusy(true);
    setError(undefined);
    try {
      onSignedIn(await signIn(tenant, loginId.trim(), password));
    } catch (refusal) {
      setError(refusal);
      setPassword("");
      setTried(false);
      setBusy(false);
      passwordField.current?.focus();
    }
  };

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
      {error !== undefined && <SignInProblem error={error} />}
      {fixedId === undefined && (
        <TextField
          label={t("sign_in.login_id")}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={loginId}
          error={tried && loginId.trim() === "" ? t("sign_in.login_id_needed") : undefined}
          onChange={(event) => setLoginId(event.target.value)}
        />
      )}
      <TextField
        ref={passwordField}
        label={t("sign_in.password")}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        error={tried && password === "" ? t("sign_in.password_needed") : undefined}
        onChange={(event) => setPassword(event.target.value)}
      />
      <Button type="submit" look="solid" size="md" className="w-full" disabled={busy}>
        {t("sign_in.do")}
      </Button>
    </form>
  );
}

function SignInProblem({ error }: { error: unknown }) {
  const { t } = useI18n();
  if (!(error instanceof ProblemError)) return <ProblemBanner error={error} />;
  if (error.code === "sign-in-refused")
    return (
      <Banner tone="error" live title={t("sign_in.refused")}>
        <p>{t("sign_in.refused_hint")}</p>
      </Banner>
    );
  if (error.code === "too-many-attempts")
    return (
      <Banner tone="error" live title={t("sign_in.too_many")}>
        <p>{error.retryAfterSeconds === undefined ? t("sign_in.too_many_hint") : t("sign_in.too_many_wait", { minutes: Math.ceil(error.retryAfterSeconds / 60) })}</p>
      </Banner>
    );
  return <ProblemBanner error={error} />;
}
