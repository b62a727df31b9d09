// Layer 2: memory and system calls. A space is known by its root table; entry 0 of that is its leaf table.
import { Call, DIRECT_MAP, type Doors, defineLayer, Errno, NO_RESULT, pte } from 'kernelcheck';

const { V, R, W, X, U } = pte;
const uses = ['create', 'root', 'yield', 'end', 'give', 'send'] as const;

export default defineLayer({
  name: 'programs',
  uses,
  offers: {},
  start(below: Doors<(typeof uses)[number]>, { image, layer, layers, memory }) {
    const free = [...image.freeFrames];
    const at = (frame: number, page: number) => DIRECT_MAP + frame * 4096 + page * 4;
    const leaf = () => memory.load(at(below.root(), 0)) >>> 10;
    const here = (va: number) => at(leaf(), Math.floor(va / 4096));
    const isPage = (va: number) => va % 4096 === 0 && va > 0 && va < image.userEnd;
    const take = (owner: number) => below.give(free.pop() ?? 0, owner);
    const spawn = (index: number) => {
      const program = image.programs[index];
      if (!program || free.length < 2) return program ? -Errno.ENOMEM : -Errno.ENOENT;
      const [root, pages] = [take(layer), take(layer)];
      memory.copy(at(image.kernelRoot, 0), at(root, 0), 4096); // maps the kernel, without U
      memory.store(at(root, 0), pte(pages, V));
      memory.store(at(pages, program.entry / 4096), pte(program.text, V | U | R | X));
      return below.create(root, program.entry);
    };
    // Gives up what an entry leads to, but for text.
    const drop = (to: number) => to & V && !(to & X) && free.push(below.give(to >>> 10, layer));
    const unmap = (va: number) => {
      if (!drop(isPage(va) ? memory.load(here(va)) : 0)) return -Errno.EINVAL;
      memory.store(here(va), 0);
      return 0;
    };
    const exit = () => {
      const pages = leaf();
      for (let page = 0; page < 1024; page++) drop(memory.load(at(pages, page)));
      free.push(pages, below.root());
      below.end();
      return NO_RESULT;
    };
    const map = (va: number, rights: number) => {
      if (!isPage(va) || (rights | W) !== (R | W)) return -Errno.EINVAL;
      if (memory.load(here(va))) return -Errno.EEXIST;
      if (!free.length) return -Errno.ENOMEM;
      memory.store(here(va), pte(take(layers - 1), V | U | rights));
      return 0;
    };
    const write = (va: number, bytes: number) => {
      let end = va; // as far as the program may read
      while (end < va + bytes && end < image.userEnd && memory.load(here(end)) & R) end += 1;
      below.send(va, end - va);
      return end - va || (bytes && -Errno.EFAULT);
    };
    for (const program of image.start) spawn(program);
    return {
      ecall(call, a0, a1) {
        if (call === Call.spawn) return spawn(a0);
        if (call === Call.exit) return exit();
        if (call === Call.yield) return below.yield();
        if (call === Call.map) return map(a0, a1);
        if (call === Call.unmap) return unmap(a0);
        return call === Call.write ? write(a0, a1) : -Errno.ENOSYS;
      },
      exception: exit,
    };
  },
});
