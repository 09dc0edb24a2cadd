"use client";

import { useEffect } from "react";
import { EventSource } from "typed-eventsource";
import { z } from "zod";

import { show } from "../../show.js";

export default function Page() {
  useEffect(() => void show(EventSource, z.object({ symbol: z.string(), price: z.number() })), []);
  return null;
}
