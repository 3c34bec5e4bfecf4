/** The typed name of a service. Tokens compare by `id`, so copies of one token are the same token. */
export interface Token<T> {
  readonly id: string;
  readonly optional: false;
  /** Carries the type only; never set. */
  readonly service?: T;
}

/** A service a plugin can do without. */
export interface OptionalToken<T> {
  readonly id: string;
  readonly optional: true;
  /** Carries the type only; never set. */
  readonly service?: T;
}

/** Services a plugin asks for, by the local name it gets them under. */
export type Needs = Readonly<Record<string, Token<unknown> | OptionalToken<unknown>>>;

/** What `setup` receives for these needs. */
export type Services<N extends Needs> = {
  readonly [K in keyof N]: N[K] extends OptionalToken<infer T>
    ? T | undefined
    : N[K] extends Token<infer T>
      ? T
      : never;
};

/** Makes the token of a service; ids are `<plugin>/<service>`, the project's own are bare. */
export function token<T>(id: string): Token<T> {
  return { id, optional: false };
}

/** Marks a need as optional: the service is `undefined` when no enabled plugin provides it. */
export function optional<T>(needed: Token<T>): OptionalToken<T> {
  return { id: needed.id, optional: true };
}
