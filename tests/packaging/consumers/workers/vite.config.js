// By default Vite 6 makes one file of a worker, in a format that has no `import()`.
export default { worker: { format: "es" }, build: { rollupOptions: { input: ["index.html", "shared.html"] } } };
