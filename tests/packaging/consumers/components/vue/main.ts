import { createApp } from "vue";
import Trades from "./Trades.vue";

createApp(Trades, { url: "/streams/trades" }).mount(document.body);
