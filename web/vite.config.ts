import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "dist",
    // The API serves `font-src 'self'` and `script-src 'self'`: nothing may become a data: address.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The page that records in the browser is a document of its own: it alone may use the microphone.
    rolldownOptions: { input: { index: "index.html", capture: "capture.html" } },
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: { "/v1": process.env["ROKUON_API"] ?? "http://127.0.0.1:4173" },
  },
  test: {
    environment: "happy-dom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    // Waits end when what is awaited comes; the limit only guards against never, also on a loaded machine.
    testTimeout: 60_000,
  },
});
