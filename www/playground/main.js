// @ts-check
import { start } from "../start.js";

await start(() => import("./page.js"));
