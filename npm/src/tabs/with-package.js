// @ts-check
// For what is in one file with the rest of the package: this is imported before the modules that use it.

import { parts } from "../package-parts.js";
import { use } from "./package.js";

use(parts);
