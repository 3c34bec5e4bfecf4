/** Why a patch cannot be used; the message is meant for the model that wrote it. */
export class PatchError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PatchError";
  }
}
