import { render } from "solid-js/web";
import { Trades } from "./Trades";

render(() => <Trades url="/streams/trades" />, document.body);
