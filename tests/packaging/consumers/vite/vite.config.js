export default { build: { rollupOptions: { input: ["index.html", "policy.html", "deleted.html"] } } };
