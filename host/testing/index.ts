export { createTestHost } from "./test-host.ts";
export type { Tested, TestHost, TestHostRequest } from "./test-host.ts";
export { contractTests } from "./contract-tests.ts";
export type { ContractTest } from "./contract-tests.ts";
export type { Heard, Responder } from "./client.ts";
