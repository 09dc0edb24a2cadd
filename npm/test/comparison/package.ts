// The package as it is built.

import { fileURLToPath } from "node:url";

/** The folder of the package. */
export const PACKAGE = fileURLToPath(new URL("../../../pkg", import.meta.url));
