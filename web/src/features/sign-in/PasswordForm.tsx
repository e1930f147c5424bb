/** A new password: the rules are shown before, the server's objections after. */
import { type FormEvent, useState } from "react";
import { ProblemError } from "../../api/problem";
import { changePassword } from "../../api/sign_in";
import { Button } from "../../components/Button/Button";
import { TextField } from "../../components/Field/Field";
import { focusFirstError } from "../../components/Field/focus_first_error";
import { Icon } from "../../components/Icon/Icon";
import { ProblemBanner } from "../../components/ProblemBanner/ProblemBanner";
import { useI18n } from "../../i18n/language";

export function PasswordForm({ onChanged }: { onChanged(): void }) {
  const { t } = useI18n();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [shown, setShown] = useState(false);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(undefined);
  const refused = (field: string) => (error instanceof ProblemError ? error.fieldMessage(field) : undefined);
  const type = shown ? "text" : "password";

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    setError(undefined);
    if (current === "" || next === "" || next !== again || next === current) return focusFirstError(event.currentTarget);
    setBusy(true);
    try {
      await changePassword(current, next);
      setCurrent("");
      setNext("");
      setAgain("");
      setTried(false);
      onChanged();
    } catch (refusal) {
      setError(refusal);
    } finally {
      setBusy(false);
    }
  };
  const nextError = tried && next === "" ? t("password.new_needed") : tried && next === current ? t("password.same") : refused("new_password");

  return (
    <form noValidate onSubmit={(event) => void submit(event)} className="space-y-4">
      <div className="rounded-8 bg-blue-50 px-4 py-3">
        <p className="mb-1 text-dns-16B-130">{t("password.rules")}</p>
        <ul className="space-y-1">
          {(["password.rule_length", "password.rule_phrase", "password.rule_other", "password.rule_known"] as const).map((rule) => (
            <li key={rule} className="flex gap-1.5 text-dns-16N-130 leading-6">
              <Icon name="check" size={16} className="mt-1 text-blue-900" />
              {t(rule)}
            </li>
          ))}
        </ul>
      </div>
      <TextField label={t("password.current")} type={type} autoComplete="current-password" required value={current} error={tried && current === "" ? t("password.current_needed") : refused("current_password")} onChange={(event) => setCurrent(event.target.value)} />
      <TextField label={t("password.new")} type={type} autoComplete="new-password" required maxLength={128} value={next} error={nextError} onChange={(event) => setNext(event.target.value)} />
      <TextField label={t("password.again")} type={type} autoComplete="new-password" required maxLength={128} value={again} error={tried && again !== next ? t("password.differs") : undefined} onChange={(event) => setAgain(event.target.value)} />
      <label className="flex w-fit items-center gap-2">
        <input type="checkbox" checked={shown} onChange={(event) => setShown(event.target.checked)} className="size-5 accent-blue-900" />
        {t("password.show")}
      </label>
      {error !== undefined && <ProblemBanner error={error} />}
      <Button type="submit" look="solid" size="md" disabled={busy}>
        {t("password.change")}
      </Button>
    </form>
  );
}
