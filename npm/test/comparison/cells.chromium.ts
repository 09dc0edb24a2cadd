// The cells that are found in Chromium.

import { findCells, type Scenarios } from "./cell.ts";
import { CLIENTS } from "./clients/index.ts";

findCells(
  import.meta.glob<Scenarios[string]>("./scenarios/anywhere/*.ts", { eager: true }),
  CLIENTS.filter(({ place }) => place === "Chromium"),
);
findCells(import.meta.glob<Scenarios[string]>("./scenarios/chromium/*.ts", { eager: true }), CLIENTS);
