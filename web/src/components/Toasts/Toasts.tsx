/** Short confirmations at the foot of the page, spoken politely, gone after six seconds. */
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { Icon } from "../Icon/Icon";

const ToastContext = createContext<(message: string) => void>(() => undefined);

export function ToastProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<{ id: number; message: string }[]>([]);
  const show = useCallback((message: string) => {
    const id = Date.now() + Math.random();
    setMessages((now) => [...now.slice(-2), { id, message }]);
    setTimeout(() => setMessages((now) => now.filter((entry) => entry.id !== id)), 6000);
  }, []);
  return (
    <ToastContext value={show}>
      {children}
      <div role="status" aria-live="polite" className="no-print pointer-events-none fixed inset-x-0 bottom-4 z-50 flex flex-col items-center gap-2 px-4">
        {messages.map((entry) => (
          <p key={entry.id} className="appear flex items-center gap-2 rounded-8 bg-solid-gray-900 px-4 py-3 text-dns-16N-130 text-white shadow-3">
            <Icon name="success" />
            {entry.message}
          </p>
        ))}
      </div>
    </ToastContext>
  );
}

export function useToast(): (message: string) => void {
  return useContext(ToastContext);
}
