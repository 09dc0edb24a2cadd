import "./delete.js";
import "../../node_modules/typed-eventsource/tabs/typed-eventsource-worker.js";
