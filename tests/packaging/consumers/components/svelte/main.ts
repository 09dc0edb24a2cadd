import { mount } from "svelte";
import Trades from "./Trades.svelte";

mount(Trades, { target: document.body, props: { url: "/streams/trades" } });
