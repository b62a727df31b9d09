/** What the judge of layering looks at: control transfers, memory, devices and interrupts. All else is no business of it. */
import type { Frame, HartId, Tid, VirtualAddress, Word } from '../../spec/riscv.ts';

/** Number of a component in the log; a layer has its own number. */
export type Component = number;
/** The number of a call: 1 or more, never used again within a run. */
export type ActivationId = number;

/** Caller of what the linker's trap vector enters. */
export const VECTOR: Component = 0xffff;

export type LayerEvent = { readonly hart: HartId; readonly tid: Tid } & (
  | { readonly kind: 'trap'; readonly cause: Word }
  | { readonly kind: 'return' }
  /** A call: its first argument is the number of the operation. */
  | {
      readonly kind: 'call';
      readonly component: Component;
      readonly caller: Component;
      readonly activation: ActivationId;
      readonly args: readonly Word[];
    }
  /** A call that had waited goes on. */
  | { readonly kind: 'resume'; readonly activation: ActivationId }
  /** …comes back, or waits. */
  | { readonly kind: 'leave'; readonly activation: ActivationId; readonly waits: boolean }
  | { readonly kind: 'assigned'; readonly frame: Frame; readonly owner: Component }
  | {
      readonly kind: 'touched';
      readonly va: VirtualAddress;
      readonly bytes: number;
      readonly writes: boolean;
      readonly owner: Component;
      readonly component: Component;
    }
  | {
      readonly kind: 'dma';
      readonly frame: Frame;
      readonly bytes: number;
      /** Into RAM. */
      readonly writes: boolean;
    }
  /** The machine stopped the kernel: something other than an integer passed. */
  | { readonly kind: 'smuggled'; readonly message: string }
  /** Something that only layer 1 may do to the hardware, in words. */
  | { readonly kind: 'hardware'; readonly what: string }
);
