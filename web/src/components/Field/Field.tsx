/** Form fields after DADS: label above, support text, error in words tied to the input. */
import { type InputHTMLAttributes, type ReactNode, type Ref, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId } from "react";
import { useI18n } from "../../i18n/language";
import { classes } from "../classes";
import { Icon } from "../Icon/Icon";

const control =
  "w-full rounded-8 border border-solid-gray-600 bg-white text-dns-16N-130 text-solid-gray-900 hover:border-black disabled:bg-solid-gray-50 disabled:text-solid-gray-600 aria-invalid:border-2 aria-invalid:border-error-1";

interface Frame {
  label: string;
  support?: ReactNode;
  error?: string | undefined;
  required?: boolean;
  optional?: boolean;
}

function Framed({ id, label, support, error, required = false, optional = false, children }: Frame & { id: string; children: ReactNode }) {
  const { t } = useI18n();
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="text-dns-16B-130">
        {label}
        {required && <span className="ml-2 text-dns-14N-130 text-error-2">{t("form.required")}</span>}
        {optional && <span className="ml-2 text-dns-14N-130 text-solid-gray-700">{t("form.optional")}</span>}
      </label>
      {support !== undefined && (
        <div id={`${id}-support`} className="text-dns-14N-130 text-solid-gray-700">
          {support}
        </div>
      )}
      {children}
      {error !== undefined && (
        <p id={`${id}-error`} className="flex items-start gap-1 text-dns-14N-130 text-error-2">
          <Icon name="error" size={16} className="mt-px" />
          {error}
        </p>
      )}
    </div>
  );
}

function described(id: string, support: unknown, error: string | undefined): string | undefined {
  const ids = [support !== undefined && `${id}-support`, error !== undefined && `${id}-error`].filter(Boolean);
  return ids.length > 0 ? ids.join(" ") : undefined;
}

export function TextField({ label, support, error, optional, className, required, ref, ...rest }: Frame & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) {
  const id = useId();
  return (
    <Framed id={id} label={label} support={support} error={error} required={required ?? false} optional={optional ?? false}>
      <input ref={ref} id={id} required={required} aria-invalid={error !== undefined || undefined} aria-describedby={described(id, support, error)} className={classes(control, "h-11 px-3", className)} {...rest} />
    </Framed>
  );
}

export function TextArea({ label, support, error, optional, className, required, ...rest }: Frame & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  return (
    <Framed id={id} label={label} support={support} error={error} required={required ?? false} optional={optional ?? false}>
      <textarea id={id} required={required} aria-invalid={error !== undefined || undefined} aria-describedby={described(id, support, error)} className={classes(control, "px-3 py-2 leading-relaxed", className)} {...rest} />
    </Framed>
  );
}

export function SelectField({ label, support, error, optional, className, required, children, ...rest }: Frame & SelectHTMLAttributes<HTMLSelectElement>) {
  const id = useId();
  return (
    <Framed id={id} label={label} support={support} error={error} required={required ?? false} optional={optional ?? false}>
      <div className="relative">
        <select id={id} required={required} aria-invalid={error !== undefined || undefined} aria-describedby={described(id, support, error)} className={classes(control, "h-11 appearance-none pl-3 pr-9", className)} {...rest}>
          {children}
        </select>
        <Icon name="down" size={16} className="pointer-events-none absolute right-3 top-1/2 -translate-y-1/2" />
      </div>
    </Framed>
  );
}

/** One thing that is so or not. */
export function CheckField({ label, support, error, className, ...rest }: { label: string; support?: ReactNode; error?: string | undefined } & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  return (
    <div className={classes("flex gap-3", className)}>
      <input id={id} type="checkbox" aria-invalid={error !== undefined || undefined} aria-describedby={described(id, support, error)} className="mt-1 size-5 shrink-0 accent-blue-900" {...rest} />
      <div className="min-w-0">
        <label htmlFor={id} className="text-dns-16N-130">
          {label}
        </label>
        {support !== undefined && (
          <p id={`${id}-support`} className="text-dns-14N-130 text-solid-gray-700">
            {support}
          </p>
        )}
        {error !== undefined && (
          <p id={`${id}-error`} className="flex items-start gap-1 text-dns-14N-130 text-error-2">
            <Icon name="error" size={16} className="mt-px" />
            {error}
          </p>
        )}
      </div>
    </div>
  );
}

/** A row of choices of which one is taken; radios dressed as a segmented control. */
export function Segmented<V extends string>({ legend, hideLegend = false, name, value, options, onChange }: { legend: string; hideLegend?: boolean; name: string; value: V; options: { value: V; label: string }[]; onChange(value: V): void }) {
  return (
    <fieldset className="min-w-0">
      <legend className={hideLegend ? "sr-only" : "mb-1 text-dns-16B-130"}>{legend}</legend>
      <div className="flex flex-wrap gap-1.5">
        {options.map((option) => (
          <label
            key={option.value}
            className="inline-flex min-h-9 items-center rounded-full border border-solid-gray-420 bg-white px-3.5 text-dns-16N-130 hover:border-black has-checked:border-blue-900 has-checked:bg-blue-900 has-checked:text-white has-focus-visible:outline-3 has-focus-visible:outline-offset-2 has-focus-visible:outline-black has-focus-visible:ring-2 has-focus-visible:ring-yellow-300"
          >
            <input type="radio" name={name} value={option.value} checked={value === option.value} onChange={() => onChange(option.value)} className="sr-only" />
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
