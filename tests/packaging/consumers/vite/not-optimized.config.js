// Before version 8, Vite's development server finds the worker of a dependency only if it leaves the dependency as it is.
export default { optimizeDeps: { exclude: ["typed-eventsource"] } };
