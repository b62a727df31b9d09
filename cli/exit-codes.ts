/** What the command says to a script. */
export const ExitCode = {
  /** Everything that the kernel claims has passed. */
  passed: 0,
  /** At least one property failed. */
  failed: 1,
  /** The kernel, an option or a file cannot be used as it was given. */
  badInput: 2,
  /** Nothing failed, but some property was put to the test too rarely. */
  inconclusive: 3,
  /** A fault of kernelcheck itself (EX_SOFTWARE of sysexits). */
  internal: 70,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
