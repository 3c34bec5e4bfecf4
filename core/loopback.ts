/** True for this machine itself. URLs spell IPv4 addresses in full, so four numbers are enough. */
export function isLoopback({ hostname }: { readonly hostname: string }): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
