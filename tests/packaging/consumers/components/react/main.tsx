import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Trades } from "./Trades";

createRoot(document.body).render(
  <StrictMode>
    <Trades url="/streams/trades" />
  </StrictMode>,
);
