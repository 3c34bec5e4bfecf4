/** A leveled log. Lines go to stderr with the plugin's name, and to clients that asked for them. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Structured details of a log line; `error` holds something caught. Never secrets. */
export type LogFields = Readonly<Record<string, unknown>>;
