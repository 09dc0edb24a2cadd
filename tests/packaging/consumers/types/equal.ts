/** Whether two types are the very same, `any` being like nothing else. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles where the type is `true`. */
export const expect = <_Holds extends true>() => {};
