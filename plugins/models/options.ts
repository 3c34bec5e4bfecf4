import { z } from "zod";

/** Options of the plugin in the configuration file. */
export const Options = z.strictObject({
  localPorts: z
    .array(z.int().min(1).max(65_535))
    .optional()
    .meta({ description: "Loopback ports asked for a local model server; [] asks none." }),
});
export type Options = z.infer<typeof Options>;
