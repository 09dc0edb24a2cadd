// @ts-check
import { start } from "./start.js";

await start(() => import("./app.js"));
