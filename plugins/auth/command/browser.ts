import { execa } from "execa";

/** Opens a page in the person's browser where that can be done; the address was printed anyway. */
export function openPage(url: string): void {
  const command = process.platform === "darwin" ? "open" : "xdg-open";
  if (process.platform === "win32") return;
  // The browser may outlive us, and nobody waits for it.
  void execa(command, [url], { stdio: "ignore", detached: true, cleanup: false, reject: false });
}
