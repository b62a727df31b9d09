/** Properties of files and datagrams: what is written is what is read, whoever asks and whenever. */
import type { Property } from './property.ts';

const posix = 'POSIX.1-2024, System Interfaces; the call table (spec/calls/files.ts)';

export const FILE_PROPERTIES: readonly Property[] = [
  {
    id: 'files/results',
    statement: 'Every call on files returns what the call table says, as Linux does.',
    formula:
      '∀ return(t) from a call on files: ∃ moment between ecall and return at which a0 ∈ results(files, call)',
    source: posix,
    clauses: ['wrong-result-files'],
    groups: ['files'],
    exercise: [
      'open',
      'openRefused',
      'fwrite',
      'seek',
      'unlink',
      'rename',
      'renameRefused',
      'mkdir',
      'rmdirRefused',
    ],
    todo:
      'Look a path up name by name, with “.” and “..”; check what is there before changing anything; take the lowest ' +
      'free descriptor. A call takes effect at one moment: hold the directories that it looks at until it is done.',
    knownAs:
      'Races between looking up and changing: CVE-2023-2006 and many before it; rename into its own subtree locked up Linux 2.x.',
  },
  {
    id: 'files/contents',
    statement:
      'What is read is what was written there last, by whomever, and zeros where nobody wrote.',
    formula:
      '∀ read(t, fd, a, n) = k: the k bytes at a are those of the file at its offset, at one moment between ecall and return; nothing else changes',
    source: posix,
    clauses: ['file-contents-differ'],
    groups: ['files'],
    exercise: ['read', 'fwrite', 'truncate', 'holeRead'],
    todo:
      'Copy exactly the bytes that you report, through the caller’s own tables. Clear what a file grows over, and what ' +
      'a block held before it became this file’s.',
    knownAs:
      'ext4 showed old blocks after a crash in delayed allocation; Dirty Pipe (CVE-2022-0847) changed cached pages of files.',
  },
  {
    id: 'files/descriptors',
    statement:
      'A descriptor is the lowest free one; those made by dup share one offset, all others have their own; a file lives as long as it is open.',
    formula:
      '∀ dup(t, f) = g: offset(f) = offset(g) from then on; ∀ f open on i: i lives, whatever becomes of its names',
    source: 'POSIX.1-2024, 2.5.1: open file descriptions',
    clauses: ['wrong-descriptor'],
    groups: ['files'],
    exercise: [
      'close',
      'closeRefused',
      'dup',
      'seek',
      'sharedOffset',
      'unlinkedWhileOpen',
      'appended',
    ],
    todo:
      'Keep the offset in the description, not in the descriptor; count the descriptors of a description, and the names ' +
      'and descriptions of a file.',
    knownAs: 'Count one too few and a file is freed in use: CVE-2021-4083 (fget), CVE-2016-0728.',
  },
  {
    id: 'files/calls-return',
    statement: 'A call on files or datagrams returns: who sleeps in one is woken.',
    formula: '∀ ecall(t) of files or datagrams, no fault of a service or device: ∃ later return(t)',
    source: 'Sleep and wakeup in any operating-systems textbook: no lost wake-up',
    clauses: ['call-never-returns'],
    groups: ['files'],
    exercise: ['open', 'read', 'fwrite', 'sync'],
    todo: 'Between deciding to sleep and sleeping let no wake-up pass: note an interrupt that comes while nobody waits, and look again before sleeping.',
    knownAs: 'The lost wake-up, of which the xv6 book makes its chapter on sleep; CVE-2021-20317.',
  },
  {
    id: 'files/datagrams',
    statement:
      'A datagram arrives as it was sent, in order, only at who has bound its port; what is sent to a bound port is not lost.',
    formula:
      '∀ receiveFrom(t, p) = k: the k bytes are those of the oldest datagram sent to p and not received; owner(p) = space(t)',
    source: 'The call table (spec/calls/datagrams.ts); POSIX.1-2024, sendto and recvfrom',
    clauses: ['wrong-result-datagrams', 'datagram-differs'],
    groups: ['datagrams'],
    exercise: [
      'bind',
      'bindRefused',
      'sendTo',
      'sendToRefused',
      'receiveFrom',
      'receiveFromRefused',
    ],
    todo: 'Queue for each port; let no more be on the way than the device keeps; free a port when its address space ends.',
    knownAs:
      'A packet queued for a socket that is gone: CVE-2016-10229; ports taken over from others on Windows before SO_EXCLUSIVEADDRUSE.',
  },
];
