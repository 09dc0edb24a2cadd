// Components in the language of Svelte.

declare module "*.svelte" {
  const component: import("svelte").Component<any>;
  export default component;
}
