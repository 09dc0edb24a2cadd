// @ts-check
// What sharing among tabs uses of the rest of the package. It is a list, whose elements need no names in a bundle.

import { Connection } from "./connection.js";
import { digestOf } from "./digest.js";
import { EventSourceError, asError, reportException } from "./error.js";
import { change, failed, relayedState } from "./inputs.js";
import { identityOf } from "./latest-function.js";
import { refresherOf } from "./refresher.js";
import { askRule } from "./session.js";
import { keyOf } from "./sharing-key.js";
import { Yielder } from "./transport/yielder.js";
import { resolve } from "./url.js";

export const parts = /** @type {const} */ ([
  Connection,
  EventSourceError,
  Yielder,
  asError,
  askRule,
  change,
  digestOf,
  failed,
  identityOf,
  keyOf,
  refresherOf,
  relayedState,
  reportException,
  resolve,
]);
