export { serveHost } from "./host.ts";
export type { Boot, BootedPlugins, BootSeams, HostOptions, HostValues } from "./host.ts";
export type { LogSource } from "./log.ts";
export { Registry } from "./plugins/registry.ts";
