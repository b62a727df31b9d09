/**
 * A kernel's tree of loadable modules as plain data: what each file says of itself, and who needs whom. However it was
 * read (ELF files, depmod's tables, the facts that ship), everything that is asked of a tree is asked of this.
 */

export interface ModuleTree {
  /** For people: the folder, or the name of the kernel whose facts ship. */
  readonly label: string;
  /** What was read: files of modules, depmod's tables (no imports, licences or signatures), or the facts that ship. */
  readonly source: 'elf' | 'tables' | 'facts';
  /** In the order of `modules.order`, which decides between modules that could come first. */
  readonly modules: readonly ModuleFacts[];
  /** Modules that are part of the kernel itself: nothing is loaded for them. */
  readonly builtin: readonly string[];
  /** What the kernel itself exports; absent where no `Module.symvers` tells. */
  readonly kernelExports?: readonly ExportedSymbol[];
}

export interface ModuleFacts {
  /** As the kernel knows it: underscores, no hyphens. Unique in a tree. */
  readonly name: string;
  /** Of the file, from the root of the tree. */
  readonly path: string;
  /** Modules that own a symbol which this one imports. */
  readonly depends: readonly string[];
  /** All that must be loaded before it, nearest first: the line of `modules.dep`. Loading goes from the end. */
  readonly needs: readonly string[];
  /** `modprobe` also loads these, where there are any; it goes on without them. */
  readonly softdeps?: SoftDependencies;
  readonly exports: readonly ExportedSymbol[];
  readonly imports: readonly ImportedSymbol[];
  /** Absent where the file says nothing, or only tables were read. */
  readonly licence?: string;
  /** The kernel that it was made for, with the options that change its layout. */
  readonly vermagic?: string;
  /** Namespaces of symbols that it says it uses. */
  readonly namespaces?: readonly string[];
  /** The file ends in a signature; absent where only tables were read. Who signed it is not checked. */
  readonly signed?: boolean;
  /** It runs something when loaded. */
  readonly init?: boolean;
  /** It runs something when unloaded. With `init` and without this, it can never be unloaded. */
  readonly exit?: boolean;
}

export interface ExportedSymbol {
  readonly name: string;
  /** Of the symbol's type (modversions): 32 bits. */
  readonly crc?: number;
  /** Invisible to modules with a proprietary licence. */
  readonly gplOnly: boolean;
  readonly namespace?: string;
}

export interface ImportedSymbol {
  readonly name: string;
  /** Of the type that it was compiled with. */
  readonly crc?: number;
  /** May stay unresolved. */
  readonly weak?: true;
}

export interface SoftDependencies {
  readonly pre: readonly SoftDependency[];
  readonly post: readonly SoftDependency[];
}

export interface SoftDependency {
  /** What was asked for: a module's name or an alias. */
  readonly asked: string;
  /** Modules that answer to it, in the order of the tree; none if nobody does. */
  readonly modules: readonly string[];
}
