// @ts-check
import { serve } from "./typed-eventsource.js";

serve();
