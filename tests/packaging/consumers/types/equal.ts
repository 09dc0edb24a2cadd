/** Whether two types are identical. `any` is identical only to `any`. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles where the type is `true`. */
export const expect = <_Holds extends true>() => {};
