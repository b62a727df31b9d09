// Layer 1: who has a hart. The only layer that touches hardware; interrupts enter here.
import { Cause, contextAt, DEVICE_WINDOW, defineLayer, type Hardware, satp } from 'kernelcheck';

export default defineLayer({
  name: 'processor',
  uses: [],
  offers: {
    create: { args: ['value', 'value'] }, // a process with this root table and pc: its tid
    root: { args: [] }, // the root table of the process here
    yield: { args: [] },
    end: { args: [] },
    give: { args: ['frame', 'value'] }, // a frame, cleared, to a layer: the frame
    send: { args: ['reads', 'length'] }, // bytes to the console
  },
  start: (hardware: Hardware, { harts, image, memory }) => {
    const ready: { tid: number; root: number; context: Uint32Array }[] = []; // processes
    const running: Partial<typeof ready> = []; // by hart
    const gives = new Set<number>(); // harts that are to run another process
    const here = () => hardware.hart().id;
    let tid = 0;
    return {
      create(root, pc) {
        for (let hart = 0; hart < harts; hart++) hardware.sendIpi(hart); // one may be idle
        return ready.push({ tid: ++tid, root, context: contextAt(pc) }) && tid;
      },
      root: () => running[here()]?.root ?? image.kernelRoot,
      yield: () => void gives.add(here()),
      end: () => void delete running[here()],
      give(frame, layer) {
        hardware.clear(frame);
        hardware.assign(frame, layer);
        hardware.hart().fence(); // this hart may know what it was before
        return frame;
      },
      send(at, bytes) {
        for (let i = 0; i < bytes; i++) memory.store(DEVICE_WINDOW, memory.loadByte(at + i));
      },
      interrupt: (cause) => void (cause === Cause.timerInterrupt && gives.add(here())),
      dispatch() {
        const hart = hardware.hart();
        const before = running[hart.id];
        if (!gives.delete(hart.id) && before) return before.tid;
        if (before) ready.push({ ...before, context: hart.save() });
        const next = ready.shift();
        running[hart.id] = next;
        hart.satp = satp(next?.root ?? image.kernelRoot);
        hart.fence(); // the tables before had the same asid
        hart.scontext = next?.tid ?? 0;
        hart.stimecmp = hart.time + 20; // its slice, in instructions
        hart.sum = true; // the kernel may read what programs lend it
        if (next) hart.restore(next.context);
        else hart.idle();
        return next?.tid ?? 0;
      },
    };
  },
});
