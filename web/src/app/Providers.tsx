/** What every page stands on: language, answers of the API, confirmations. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { setRequestLanguage } from "../api/client";
import { ProblemError } from "../api/problem";
import { ToastProvider } from "../components/Toasts/Toasts";
import { type Language, LanguageProvider } from "../i18n/language";

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        refetchOnWindowFocus: false,
        // A refusal stays a refusal; only a lost connection or a failing server is asked once more.
        retry: (failures, error) => failures < 1 && !(error instanceof ProblemError && error.status < 500),
      },
      mutations: { retry: false },
    },
  });
}

export function Providers({ queries, children, language }: { queries: QueryClient; children: ReactNode; language?: Language }) {
  return (
    <LanguageProvider onChange={setRequestLanguage} {...(language === undefined ? {} : { initial: language })}>
      <QueryClientProvider client={queries}>
        <ToastProvider>{children}</ToastProvider>
      </QueryClientProvider>
    </LanguageProvider>
  );
}
