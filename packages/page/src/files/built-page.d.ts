/** Made by tsup.config.ts: what a browser runs, as text, with a word in each address that changes with it. */
declare module "built-page" {
  export const html: string;
  export const script: { readonly path: string; readonly text: string };
  export const style: { readonly path: string; readonly text: string };
}
