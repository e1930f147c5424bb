/** The frame of pages open to everybody. */
import type { ReactNode } from "react";
import { LanguageSwitch } from "../components/LanguageSwitch/LanguageSwitch";
import { Logo } from "../components/Logo/Logo";
import { SkipLink } from "./SkipLink";

export function PublicFrame({ children, narrow = false }: { children: ReactNode; narrow?: boolean }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <SkipLink />
      <header className="border-b border-line bg-white">
        <div className="flex min-h-16 items-center justify-between gap-4 px-4 py-2 lg:px-6">
          <span className="flex items-center gap-2.5">
            <Logo />
            <span className="text-std-18B-160 leading-none">Rokuon</span>
          </span>
          <LanguageSwitch />
        </div>
      </header>
      <main id="main" tabIndex={-1} className={`mx-auto w-full grow px-4 py-8 sm:py-12 ${narrow ? "max-w-lg" : "max-w-3xl"}`}>
        {children}
      </main>
    </div>
  );
}
