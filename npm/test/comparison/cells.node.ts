// The cells that are found in Node.js.

import { findCells, type Scenarios } from "./cell.ts";
import { CLIENTS } from "./clients/index.ts";

findCells(
  import.meta.glob<Scenarios[string]>("./scenarios/anywhere/*.ts", { eager: true }),
  CLIENTS.filter(({ place }) => place === "Node.js"),
);
findCells(import.meta.glob<Scenarios[string]>("./scenarios/node/*.ts", { eager: true }), CLIENTS);
