import type { Environment } from "../../../core/index.ts";

interface Command {
  run(argv: readonly string[], environment: Environment): Promise<number>;
}

/** `portico login`: 0 signed in; 1 it failed or, for `login status`, nobody is; 2 wrong arguments. */
export const login: Command = {
  async run(argv, environment) {
    return (await import("./login.ts")).login(argv, environment);
  },
};

/** `portico logout`: 0 signed out, also when nobody was signed in. */
export const logout: Command = {
  async run(argv, environment) {
    return (await import("./login.ts")).logout(argv, environment);
  },
};
