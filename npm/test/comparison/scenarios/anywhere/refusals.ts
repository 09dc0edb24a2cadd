import { type Scenario, YES, no, partly, play, within } from "../../scenario.ts";

export default {
  question: "Tells the status and the body of a refusal",
  async run({ listen }) {
    const headers: [string, string][] = [["content-type", "application/json"]];
    const url = await play({ status: 403, headers, steps: [{ send: '{"error":"not paid"}' }] });
    const { failures } = listen(url, { refusals: true });
    const isTold = (check: (failure: (typeof failures)[number]) => boolean) => within(2000, () => failures.some(check));
    if (!(await isTold(({ status }) => status === 403))) return no("It told neither.");
    return (await isTold(({ body }) => body?.includes("not paid") ?? false)) ? YES : partly("It told the status alone.");
  },
} satisfies Scenario;
