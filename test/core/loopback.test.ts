import { expect, it } from "vitest";
import { isLoopback } from "../../core/index.ts";

it.each([
  ["http://localhost:11434/v1", true],
  ["http://127.0.0.1", true],
  ["http://127.1", true],
  ["http://127.8.9.10:1/x", true],
  ["http://[::1]:80", true],
  ["http://127.example.com", false],
  ["http://localhost.example.com", false],
  ["https://10.0.0.1", false],
  ["https://[::2]", false],
])("%s is this machine: %s", (address, expected) => {
  expect(isLoopback(new URL(address))).toBe(expected);
});
