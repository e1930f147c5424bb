/** Language of the page: Japanese first, English by choice, remembered as a bare language code. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import en from "./en.json";
import ja from "./ja.json";

export type Language = "ja" | "en";
type Leaves<T, P extends string = ""> = { [K in keyof T & string]: T[K] extends string ? `${P}${K}` : Leaves<T[K], `${P}${K}.`> }[keyof T & string];
export type Key = Leaves<typeof ja>;
export type Values = Record<string, string | number>;

const STORED = "rokuon.language";
const tables: Record<Language, Map<string, string>> = { ja: flatten(ja), en: flatten(en) };

export function flatten(table: object, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(table)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [inner, text] of flatten(value as object, `${prefix}${key}.`)) flat.set(inner, text);
  }
  return flat;
}

/** The string of a key, `{name}` filled from `values`. */
export function translate(language: Language, key: Key, values: Values = {}): string {
  const text = tables[language].get(key) ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

export interface I18n {
  language: Language;
  setLanguage(language: Language): void;
  t(key: Key, values?: Values): string;
  /** The string of a key made from a code of the API; the code itself when we have no word for it. */
  word(group: string, code: string): string;
  /** Our language's side of a text of the API. */
  text(text: { ja: string; en: string } | null | undefined): string;
}

const I18nContext = createContext<I18n | undefined>(undefined);

export function rememberedLanguage(): Language {
  try {
    return localStorage.getItem(STORED) === "en" ? "en" : "ja";
  } catch {
    return "ja";
  }
}

export function makeI18n(language: Language, setLanguage: (language: Language) => void): I18n {
  return {
    language,
    setLanguage,
    t: (key, values) => translate(language, key, values),
    word: (group, code) => tables[language].get(`${group}.${code.replaceAll(".", "_")}`) ?? code,
    text: (text) => (text === null || text === undefined ? "" : text[language] || text.ja),
  };
}

export function LanguageProvider({ children, initial, onChange }: { children: ReactNode; initial?: Language; onChange?: (language: Language) => void }) {
  const [language, setState] = useState<Language>(initial ?? rememberedLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    onChange?.(language);
  }, [language, onChange]);
  const value = useMemo(
    () =>
      makeI18n(language, (next) => {
        try {
          localStorage.setItem(STORED, next);
        } catch {
          // storage may be off; the choice then lasts as long as the page
        }
        onChange?.(next);
        setState(next);
      }),
    [language, onChange],
  );
  return <I18nContext value={value}>{children}</I18nContext>;
}

export function useI18n(): I18n {
  const value = useContext(I18nContext);
  if (value === undefined) throw new Error("LanguageProvider is missing");
  return value;
}
