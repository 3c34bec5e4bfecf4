import { z } from "zod";

export const TroubleEvents = [
  z.object({ type: z.literal("error"), message: z.string() }),
  z.object({ type: z.literal("stream_error"), message: z.string() }),
  z.object({ type: z.literal("background_event"), message: z.string() }),
] as const;
