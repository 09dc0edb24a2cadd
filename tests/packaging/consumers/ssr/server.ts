// Renders a page on a server, where no effect runs, so that no source is opened.

import { createElement } from "react";
import { renderToString } from "react-dom/server";

import { Prices } from "../vitest/prices.tsx";

export const render = () => renderToString(createElement(Prices, { url: "/prices" }));
